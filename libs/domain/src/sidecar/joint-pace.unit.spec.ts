import fc from 'fast-check';
import { resolveShare, type Share } from '../kernel/share';
import type { UpdateMode } from '../strategy';
import { jointPace, type RunPace } from './joint-pace';

const at = (run: string, share: Share, update: UpdateMode = 'InPlaceIfPossible'): RunPace => ({
  run,
  pace: { batch: 0, of: 2, share, update },
});

describe('the pace of a target that several runs move', () => {
  it('is none without a run', () => expect(jointPace(undefined, [], 10)).toBeUndefined());

  it.each<[string, RunPace | undefined, RunPace[], object]>([
    [
      'the only one there is',
      at('shop-2', 3, 'Recreate'),
      [],
      { share: 3, update: 'Recreate', by: ['shop-2'], heldBack: [] },
    ],
    [
      "a sidecar's, alone",
      undefined,
      [at('logs-s1', '10%')],
      { share: '10%', update: 'InPlaceIfPossible', by: ['logs-s1'], heldBack: [] },
    ],
    [
      "the smaller of two, in the application's mode",
      at('shop-2', '50%', 'Recreate'),
      [at('logs-s1', '10%')],
      { share: '10%', update: 'Recreate', by: ['logs-s1'], heldBack: ['shop-2'] },
    ],
    [
      "the application's, where that is the smaller",
      at('shop-2', '10%', 'InPlaceOnly'),
      [at('logs-s1', '100%')],
      { share: '10%', update: 'InPlaceOnly', by: ['shop-2'], heldBack: ['logs-s1'] },
    ],
    [
      'that of equals, which wait for nobody',
      at('shop-2', '100%'),
      [at('logs-s1', '100%')],
      { share: '100%', update: 'InPlaceIfPossible', by: ['shop-2', 'logs-s1'], heldBack: [] },
    ],
    [
      'with new pods, where one sidecar asks for them',
      undefined,
      [at('a-s1', '50%'), at('b-s1', '50%', 'Recreate')],
      { share: '50%', update: 'Recreate', by: ['a-s1', 'b-s1'], heldBack: [] },
    ],
    [
      'a percentage, where a count meets one',
      at('shop-2', 2),
      [at('logs-s1', '50%')],
      { share: '20%', update: 'InPlaceIfPossible', by: ['shop-2'], heldBack: ['logs-s1'] },
    ],
    [
      'a percentage that is less than the count',
      at('shop-2', 9),
      [at('logs-s1', '50%')],
      { share: '50%', update: 'InPlaceIfPossible', by: ['logs-s1'], heldBack: ['shop-2'] },
    ],
  ])('is %s', (_, application, sidecars, expected) => {
    expect(jointPace(application, sidecars, 10)).toEqual(expected);
  });

  const share = fc.oneof(
    fc.integer({ min: 1, max: 200 }),
    fc.integer({ min: 1, max: 100 }).map((percent) => `${percent}%`),
  );

  it('never lets more pods go than any run allows, and always lets one run go on', () => {
    fc.assert(
      fc.property(share, share, fc.integer({ min: 1, max: 150 }), (own, other, replicas) => {
        const joint = jointPace(at('app', own), [at('side', other)], replicas);
        const pods = resolveShare(joint!.share, replicas);
        expect(pods).toBeGreaterThanOrEqual(1);
        expect(pods).toBeLessThanOrEqual(
          Math.min(resolveShare(own, replicas), resolveShare(other, replicas)),
        );
        expect(joint!.by.length).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});
