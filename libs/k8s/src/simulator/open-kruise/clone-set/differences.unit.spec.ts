import * as fc from 'fast-check';
import { partitionOf } from '../share';
import { type Counted, differences } from './differences';
import { type Settings } from './settings';

const settings = (more: Partial<Settings>): Settings => ({
  replicas: 5,
  type: 'ReCreate',
  partition: 0,
  maxSurge: 0,
  maxUnavailable: 1,
  scaleMaxUnavailable: Number.MAX_SAFE_INTEGER,
  isPaused: false,
  minReadySeconds: 0,
  ...more,
});

const pods = (old: number, fresh: number, broken = 0): Counted[] => [
  ...Array.from({ length: old }, () => ({ isNew: false, isAvailable: true })),
  ...Array.from({ length: fresh }, (_, index) => ({ isNew: true, isAvailable: index >= broken })),
];

describe('the partition of a CloneSet', () => {
  it.each([
    [undefined, 5, 0],
    [3, 5, 3],
    [9, 5, 5],
    ['50%', 5, 3],
    ['99%', 5, 4],
    ['100%', 5, 5],
    ['0%', 5, 0],
    ['50%', 1, 0],
    ['50%', 0, 0],
  ])('%p of %d keeps %d', (partition, replicas, kept) => {
    expect(partitionOf(partition, replicas)).toBe(kept);
  });
});

describe('what a CloneSet lacks', () => {
  it.each([
    ['nothing', {}, pods(0, 5), { create: 0, remove: 0, update: 0 }],
    ['all', {}, [], { create: 5, createOld: 0 }],
    ['old pods below the partition', { partition: 3 }, pods(1, 2), { create: 2, createOld: 2 }],
    ['an update', {}, pods(5, 0), { create: 0, update: 5, unavailableLimit: 1 }],
    ['an update up to the partition', { partition: 2 }, pods(5, 0), { update: 3 }],
    ['nothing when the partition grows', { partition: 4 }, pods(2, 3), { update: 0, create: 0, remove: 0 }],
    ['room to surge', { maxSurge: 2 }, pods(5, 0), { create: 2, createOld: 0 }],
    ['no more surge than there is to update', { maxSurge: 3, partition: 4 }, pods(5, 0), { create: 1 }],
    ['a place less', { replicas: 3 }, pods(4, 1), { remove: 2, removeOld: 4, removable: 3 }],
    ['more, but too many are broken', { scaleMaxUnavailable: 1 }, pods(0, 3, 1), { create: 0 }],
  ])('is %s', (_what, more, present, expected) => {
    expect(differences(settings(more), present)).toMatchObject(expected);
  });

  it('is nothing any more when it has been done often enough', () => {
    const counts = fc.nat({ max: 12 });
    fc.assert(
      fc.property(
        counts,
        counts,
        counts,
        counts,
        fc.nat({ max: 4 }),
        (replicas, part, old, fresh, maxSurge) => {
          const partition = Math.min(part, replicas);
          const wanted = settings({ replicas, partition, maxSurge });
          let present = pods(old, fresh);
          for (let round = 0; round < 100; round += 1) {
            const { create, createOld, remove, removeOld, update } = differences(wanted, present);
            if (create + remove + update === 0) break;
            let [olds, news] = [false, true].map(
              (isNew) => present.filter((pod) => pod.isNew === isNew).length,
            );
            if (create > 0) {
              olds = (olds ?? 0) + Math.min(create, createOld);
              news = (news ?? 0) + Math.max(0, create - createOld);
            } else if (remove > 0) {
              const fromOld = Math.min(remove, removeOld);
              olds = (olds ?? 0) - fromOld;
              news = (news ?? 0) - (remove - fromOld);
            } else {
              olds = (olds ?? 0) - 1;
              news = (news ?? 0) + 1;
            }
            present = pods(olds ?? 0, news ?? 0);
          }
          expect(present).toHaveLength(replicas);
          expect(present.filter(({ isNew }) => !isNew).length).toBeLessThanOrEqual(partition);
        },
      ),
    );
  });
});
