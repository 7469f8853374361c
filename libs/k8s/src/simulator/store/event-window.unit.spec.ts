import fc from 'fast-check';
import { builtin } from '../api/registry';
import { type StoreChange } from './change';
import { EventWindow } from './event-window';
import { HistoryBudget } from './history-budget';

const type = builtin('', 'ConfigMap');
const change = (resourceVersion: number): StoreChange => ({
  kind: 'MODIFIED',
  resourceVersion,
  type,
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } },
  previous: undefined,
});

describe('the history of several clusters', () => {
  it('never has a hole: either all after a version, or nothing; and never more than the budget', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.record({ cluster: fc.nat({ max: 2 }), compact: fc.nat({ max: 19 }) }), { maxLength: 60 }),
        (limit, total, steps) => {
          const budget = new HistoryBudget(total);
          const windows = [0, 1, 2].map(() => new EventWindow(limit, 0, budget));
          const written: number[][] = [[], [], []];
          steps.forEach(({ cluster, compact }, index) => {
            if (compact === 0) windows[cluster]?.compact(index);
            written[cluster]?.push(index + 1);
            windows[cluster]?.record(change(index + 1));
          });
          let kept = 0;
          windows.forEach((window, cluster) => {
            for (let since = 0; since <= steps.length; since += 1) {
              const after = window.after(type, since)?.map(({ resourceVersion }) => resourceVersion);
              if (after) expect(after).toEqual(written[cluster]?.filter((version) => version > since));
            }
            kept += window.after(type, window.oldest(type))?.length ?? 0;
          });
          expect(kept).toBeLessThanOrEqual(total);
        },
      ),
    );
  });

  it('is kept up to the limit of each while the budget lasts', () => {
    const window = new EventWindow(3, 0, new HistoryBudget(100));
    for (let version = 1; version <= 10; version += 1) window.record(change(version));
    expect(window.oldest(type)).toBe(7);
    expect(window.after(type, 7)).toHaveLength(3);
    expect(window.after(type, 6)).toBeUndefined();
  });
});
