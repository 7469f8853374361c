import { accept, type Decider } from '@keelson/domain';
import { StateCache } from './state-cache';

const decider = (): Decider<number, never, { type: 'X'; data: null }> => ({
  initial: 0,
  decide: () => accept(),
  evolve: (state) => state,
});

describe('the cache of states', () => {
  const one = decider();

  it('never puts an older state in the place of a newer one', () => {
    const cache = new StateCache(10);
    cache.set(one, 'a', { state: 2, version: 2 });
    cache.set(one, 'a', { state: 1, version: 1 });
    expect(cache.get(one, 'a')).toMatchObject({ state: 2, version: 2 });
  });

  it('keeps the states of two deciders apart', () => {
    const cache = new StateCache(10);
    cache.set(one, 'a', { state: 1, version: 1 });
    expect(cache.get(decider(), 'a')).toBeUndefined();
  });

  it('holds no more than it may', () => {
    const cache = new StateCache(2);
    for (const stream of ['a', 'b', 'c']) cache.set(one, stream, { state: 1, version: 1 });
    expect(cache.get(one, 'a')).toBeUndefined();
    expect(cache.get(one, 'c')).toBeDefined();
  });
});
