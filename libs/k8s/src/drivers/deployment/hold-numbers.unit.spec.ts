import { elastic, holdNumbers, type HoldInput } from './hold-numbers';

const input = (given: Partial<HoldInput>): HoldInput => ({
  desired: 10,
  allowed: 3,
  ready: 0,
  gone: 0,
  inForce: 0,
  maxSurge: 10,
  maxUnavailable: 2,
  ...given,
});

describe('the numbers of a hold', () => {
  it.each<[string, Partial<HoldInput>, number, number]>([
    ['starts beside the old pods', {}, 3, 0],
    ['lets an old pod go for each new one that is ready', { ready: 1 }, 2, 1],
    ['stands when all new ones are ready', { ready: 3 }, 0, 3],
    ['starts no more at once than the user lets', { maxSurge: 2 }, 2, 0],
    ['goes on with the rest of the surge', { maxSurge: 2, ready: 2 }, 1, 2],
    ['makes no room for new pods when a ready one is lost', { ready: 1, inForce: 2 }, 1, 2],
    ['counts old pods that are gone already', { gone: 2 }, 1, 2],
    ['counts no more of them than the batch has', { gone: 7 }, 0, 3],
    ['goes on from the batch before', { allowed: 5, ready: 3, inForce: 3 }, 2, 3],
    ['leaves more new pods than are allowed where they are', { ready: 5 }, 0, 5],
    ['never counts more than are wanted', { ready: 14 }, 0, 10],
    ['without surge, lets go what the user lets go', { maxSurge: 0 }, 0, 2],
    ['without surge, goes on when those are ready', { maxSurge: 0, ready: 1, inForce: 2 }, 0, 3],
    ['without surge, waits for those', { maxSurge: 0, inForce: 2 }, 0, 2],
    ['without surge, stops at the batch', { maxSurge: 0, ready: 3, inForce: 3 }, 0, 3],
  ])('%s', (_what, given, maxSurge, maxUnavailable) => {
    expect(holdNumbers(input(given))).toEqual({ maxSurge, maxUnavailable });
  });

  it.each<[Partial<HoldInput>, number | string, number]>([
    [{}, 0, 3],
    [{ ready: 3 }, '30%', 0],
    [{ desired: 7, allowed: 2, ready: 2 }, '29%', 0],
    [{ desired: 3, allowed: 1, ready: 1 }, '34%', 0],
    // 7 of 300 are no whole percentage: 6 go, and the one that is missing comes by surge.
    [{ desired: 300, allowed: 7, ready: 7 }, '2%', 1],
    [{ desired: 300, allowed: 2, ready: 2 }, 2, 0],
    [{ maxSurge: 0, ready: 1 }, '30%', 0],
  ])('as percentages: %j', (given, maxUnavailable, maxSurge) => {
    const full = input(given);
    expect(elastic(holdNumbers(full), full)).toEqual({ maxUnavailable, maxSurge });
  });

  it('is the same number of pods, up to 100 replicas', () => {
    for (let desired = 2; desired <= 100; desired += 1) {
      for (let pods = 1; pods < desired; pods += 1) {
        const full = input({ desired, allowed: pods, ready: pods });
        const { maxUnavailable } = elastic(holdNumbers(full), full);
        expect(Math.floor((Number.parseInt(String(maxUnavailable), 10) * desired) / 100)).toBe(pods);
      }
    }
  });
});
