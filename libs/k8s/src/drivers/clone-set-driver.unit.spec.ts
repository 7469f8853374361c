import type { KubeObject, Share, UpdateMode } from '@keelson/domain';
import { cloneSetDriver } from './clone-set-driver';
import { HELD_FROM_ANNOTATION, marked, templateHash } from './marks';
import { deployment } from './testing/deployment-model.spec';
import { liveOf } from './testing/objects.spec';
import type { DriverStep } from './types';

const planOf = (image: string, spec: Record<string, unknown> = {}): KubeObject => ({
  ...deployment(image, { replicas: 10, ...spec }),
  apiVersion: 'apps.kruise.io/v1alpha1',
  kind: 'CloneSet',
});

const OLD = planOf('app:1');
const NEW = planOf('app:2');
const done = {
  replicas: 10,
  updatedReplicas: 10,
  updatedReadyReplicas: 10,
  readyReplicas: 10,
  availableReplicas: 10,
};

const step = (
  planned: KubeObject,
  share: Share,
  live: KubeObject | undefined,
  update: UpdateMode = 'Recreate',
) => cloneSetDriver.step(planned, { share, update }, { live, children: [] });

const strategyOf = ({ object }: DriverStep): unknown =>
  (object['spec'] as Record<string, unknown>)['updateStrategy'];

const running = liveOf(marked(OLD), { status: done });
const held = (updateStrategy: object, status: object) =>
  liveOf(marked(NEW), {
    spec: { updateStrategy },
    status: { ...done, ...status },
    annotations: { [HELD_FROM_ANNOTATION]: templateHash(OLD) },
  });

describe('a CloneSet', () => {
  it.each<[string, Record<string, unknown>, Share, UpdateMode, object | undefined]>([
    ['keeps the old ones back', {}, '30%', 'Recreate', { partition: 7 }],
    [
      'keeps the user’s own type',
      { type: 'InPlaceOnly' },
      '30%',
      'Recreate',
      { type: 'InPlaceOnly', partition: 7 },
    ],
    [
      'takes the type of the strategy',
      { type: 'ReCreate', maxSurge: 1 },
      '30%',
      'InPlaceIfPossible',
      { type: 'InPlaceIfPossible', maxSurge: 1, partition: 7 },
    ],
    [
      'is held by the user’s own partition where that is greater',
      { partition: '75%' },
      '90%',
      'InPlaceOnly',
      { type: 'InPlaceOnly', partition: '75%' },
    ],
    ['is the plan’s when it is everything', {}, '100%', 'Recreate', {}],
    [
      'upgrades the last batch in place, too',
      {},
      '100%',
      'InPlaceOnly',
      { type: 'InPlaceOnly', partition: 0 },
    ],
  ])('%s', (_what, updateStrategy, share, update, expected) => {
    expect(strategyOf(step(planOf('app:2', { updateStrategy }), share, running, update))).toEqual(expected);
  });

  it.each<[string, object, boolean]>([
    ['enough new ones are ready', { updatedReplicas: 3, updatedReadyReplicas: 3 }, true],
    ['not all of them are', { updatedReplicas: 3, updatedReadyReplicas: 2 }, false],
    ['old ones are still there', { replicas: 11, updatedReplicas: 3, updatedReadyReplicas: 3 }, false],
    [
      'its controller is behind',
      { updatedReplicas: 3, updatedReadyReplicas: 3, observedGeneration: 0 },
      false,
    ],
  ])('is reached or not: %s', (_what, status, reached) => {
    expect(step(NEW, '30%', held({ partition: 7 }, status)).progress.reached).toBe(reached);
  });

  it('is the plan’s again when all were upgraded in place, and reached when that is applied', () => {
    const inPlace = { type: 'InPlaceOnly', partition: 0 };
    const under = step(
      NEW,
      '100%',
      held(inPlace, { updatedReplicas: 9, updatedReadyReplicas: 9 }),
      'InPlaceOnly',
    );
    expect(strategyOf(under)).toEqual(inPlace);
    expect(under.progress.reached).toBe(false);
    const ended = step(NEW, '100%', held(inPlace, {}), 'InPlaceOnly');
    expect(ended).toMatchObject({ object: marked(NEW), progress: { reached: false } });
    expect(ended.object.metadata.annotations).not.toHaveProperty([HELD_FROM_ANNOTATION]);
    expect(step(NEW, '100%', liveOf(marked(NEW), { status: done }), 'InPlaceOnly').progress.reached).toBe(
      true,
    );
  });

  it('goes back in the way in which it came', () => {
    const now = held({ type: 'InPlaceOnly', partition: 7 }, { updatedReplicas: 3, updatedReadyReplicas: 3 });
    expect(step(OLD, '10%', now).object).toEqual(marked(OLD));
    expect(strategyOf(step(OLD, '10%', now, 'InPlaceOnly'))).toEqual({ type: 'InPlaceOnly', partition: 0 });
  });

  it('is not held when nothing but its count changes, or when it is not there', () => {
    const scaled = planOf('app:1', { replicas: 20 });
    expect(step(scaled, '10%', running, 'InPlaceOnly').object).toEqual(marked(scaled));
    expect(step(NEW, '10%', undefined).object).toEqual(marked(NEW));
  });
});
