import fc from 'fast-check';
import { given, typesOf } from '../kernel/scenario';
import { nodeDecider, type Readiness } from './decider';
import type { NodeEvent } from './events';
import {
  changeTally,
  DAY_MS,
  emptyTally,
  ONLINE_WINDOW_DAYS,
  onlineRate,
  tallySight,
  tallyUntil,
  type OnlineTally,
} from './online-tally';

const of = { cluster: 'eu', node: 'n1' };
const at = '2026-11-19T12:00:00.000Z';
const seen = (change: Partial<Readiness> = {}) => ({
  type: 'RecordReadiness' as const,
  ...of,
  seen: { uid: 'u', ready: true, since: Date.parse(at), reason: 'r', message: 'm', ...change },
});

describe('what is seen of a node', () => {
  const ready: NodeEvent = { type: 'NodeReady', data: { ...of, uid: 'u', at } };
  const away: NodeEvent = {
    type: 'NodeNotReady',
    data: { ...of, uid: 'u', at, reason: 'NodeStatusUnknown', message: '' },
  };

  it.each<[string, NodeEvent[], Partial<Readiness>, string[]]>([
    ['its first sight', [], {}, ['NodeReady']],
    ['the same again', [ready], {}, []],
    ['the same at another time', [ready], { since: 1 }, []],
    ['that it went away', [ready], { ready: false }, ['NodeNotReady']],
    ['False that became Unknown', [away], { ready: false, since: Date.parse(at) + 1 }, []],
    ['that it came back', [away], {}, ['NodeReady']],
    ['another machine of its name', [ready], { uid: 'v' }, ['NodeReady']],
    [
      'its return after it was deleted',
      [ready, { type: 'NodeGone', data: { ...of, uid: 'u' } }],
      {},
      ['NodeReady'],
    ],
  ])('records %s', (_, history, change, types) =>
    expect(typesOf(given(nodeDecider, history).when(seen(change)))).toEqual(types),
  );

  it('records once that it is gone', () => {
    expect(typesOf(given(nodeDecider, [ready]).when({ type: 'RecordGone', ...of }))).toEqual(['NodeGone']);
    expect(typesOf(given(nodeDecider, []).when({ type: 'RecordGone', ...of }))).toEqual([]);
  });
});

describe('the online rate', () => {
  const start = 20_000 * DAY_MS;
  const joined = (tally: OnlineTally, time: number, online: 0 | 1 = 1) =>
    changeTally(tally, { at: time, total: 1, online });

  it('is unknown without a node, and whole while nothing happens', () => {
    expect(onlineRate([emptyTally(start)], start + DAY_MS)).toBeUndefined();
    expect(onlineRate([joined(emptyTally(start), start)], start + DAY_MS)).toBe(1);
  });

  it('weighs clusters by their node-time', () => {
    const good = [1, 2, 3].reduce((tally) => joined(tally, start), emptyTally(start));
    const bad = joined(emptyTally(start), start, 0);
    expect(onlineRate([good, bad], start + 5)).toBe(0.75);
  });

  it('does not count the time in which a cluster could not be reached', () => {
    let tally = joined(joined(emptyTally(start), start), start, 0);
    tally = tallySight(tally, start + 10, true);
    tally = tallySight(tally, start + DAY_MS, false);
    // It changed while nobody looked: nothing before the return is corrected.
    tally = changeTally(tally, { at: start + 20, total: 0, online: 1 });
    expect(onlineRate([tally], start + DAY_MS + 10)).toBe((10 + 20) / (20 + 20));
  });

  it('forgets what is older than its window', () => {
    const tally = changeTally(joined(emptyTally(start), start, 0), {
      at: start + DAY_MS,
      total: 0,
      online: 1,
    });
    const later = start + (ONLINE_WINDOW_DAYS + 1) * DAY_MS;
    expect(onlineRate([tally], later - 1)).toBeLessThan(1);
    expect(onlineRate([tally], later)).toBe(1);
    expect(tallyUntil(tally, later).days.length).toBeLessThanOrEqual(ONLINE_WINDOW_DAYS + 1);
  });

  it('is the integral of what was so, however late each change is heard of', () => {
    const minute = 60_000;
    const spell = fc.record({
      from: fc.integer({ min: 0, max: 20_000 }),
      gaps: fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 8 }),
      late: fc.integer({ min: 0, max: 500 }),
    });
    fc.assert(
      fc.property(fc.array(spell, { minLength: 1, maxLength: 6 }), (nodes) => {
        const end = 25 * 24 * 60; // Minutes; within the window.
        const news: { heard: number; at: number; total: 0 | 1; online: -1 | 0 | 1 }[] = [];
        let known = 0;
        let online = 0;
        for (const { from, gaps, late } of nodes) {
          known += end - from;
          let time = from;
          let up = true;
          news.push({ heard: from, at: from, total: 1, online: 1 });
          for (const gap of gaps) {
            if (up) online += Math.min(gap, end - time);
            time += gap;
            if (time >= end) break;
            up = !up;
            news.push({ heard: time + late, at: time, total: 0, online: up ? 1 : -1 });
          }
          if (up && time < end) online += end - time;
        }
        const tally = news
          .sort((a, b) => a.heard - b.heard)
          .reduce(
            (sum, { heard, at: time, ...change }) =>
              changeTally(tallyUntil(sum, start + heard * minute), { at: start + time * minute, ...change }),
            emptyTally(start),
          );
        const heardAll = Math.max(end, ...news.map(({ heard }) => heard));
        // Whatever was heard after the end is corrected backwards; look at the end of the last news.
        const extra = (heardAll - end) * nodes.length;
        const rate = onlineRate([tally], start + heardAll * minute) ?? 0;
        const upAtEnd = news.reduce((sum, change) => sum + change.online, 0);
        expect(rate).toBeCloseTo((online + upAtEnd * (heardAll - end)) / (known + extra), 9);
      }),
    );
  });
});
