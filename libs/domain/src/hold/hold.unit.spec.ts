import { given, typesOf } from '../kernel/scenario';
import type { HoldEvent } from './events';
import { holdDecider } from './hold';
import { covers } from './scope';

const hold = { hold: 'h1', owner: 'ann', reason: 'migration', application: 'shop' };
const placed: HoldEvent = { type: 'HoldPlaced', data: hold };
const released: HoldEvent = {
  type: 'HoldReleased',
  data: { hold: 'h1', owner: 'ann', application: 'shop', by: 'ann' },
};

describe('a hold', () => {
  it('is placed once, with its owner and reason', () => {
    const place = { type: 'PlaceHold' as const, ...hold };
    expect(given(holdDecider, []).when(place)).toEqual({ ok: true, events: [placed] });
    expect(typesOf(given(holdDecider, [placed]).when(place))).toEqual(['rejected: hold-exists']);
  });

  it('is released by its owner, and once', () => {
    const release = { type: 'ReleaseHold' as const, by: 'ann' };
    expect(given(holdDecider, [placed]).when(release)).toEqual({ ok: true, events: [released] });
    expect(given(holdDecider, [placed, released]).when(release)).toEqual({ ok: true, events: [] });
    expect(typesOf(given(holdDecider, []).when(release))).toEqual(['rejected: hold-not-found']);
  });

  it('is released by another only with a reason', () => {
    const { when } = given(holdDecider, [placed]);
    expect(typesOf(when({ type: 'ReleaseHold', by: 'bob' }))).toEqual(['rejected: hold-of-another-owner']);
    expect(when({ type: 'ReleaseHold', by: 'bob', why: 'ann is away' })).toMatchObject({
      events: [{ type: 'HoldReleased', data: { owner: 'ann', by: 'bob' } }],
    });
  });
});

describe('a scope', () => {
  const target = { application: 'shop', project: 'web', cluster: 'eu-1' };
  it.each([
    ['everything', {}, true],
    ['the application', { application: 'shop' }, true],
    ['another application', { application: 'api' }, false],
    ['the project', { project: 'web' }, true],
    ['another project', { project: 'core' }, false],
    ['the cluster', { cluster: 'eu-1' }, true],
    ['the application in the cluster', { application: 'shop', cluster: 'eu-1' }, true],
    ['the application in another cluster', { application: 'shop', cluster: 'us-1' }, false],
    ['another application of the project', { application: 'api', project: 'web' }, false],
  ])('of %s', (_, scope, covered) => expect(covers(scope, target)).toBe(covered));
});
