import fc from 'fast-check';
import { given, typesOf } from '../kernel/scenario';
import {
  calmAt,
  correctionDueAt,
  drifted,
  driftDecider,
  dueAt,
  FLAPPING,
  nextCalmAt,
  type DriftState,
  type Flap,
  type TargetEvent,
} from './index';

const of = { application: 'shop', cluster: 'eu-1' };
const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' };
const path = '/data/currency';
const { limit, windowMs, firstMs, capMs } = FLAPPING;
const start = Date.parse('2026-01-01T00:00:00.000Z');
const iso = (ms: number): string => new Date(start + ms).toISOString();
const changes = [{ path, from: 'EUR', to: 'USD' }];

/** Detected and put right at each of these times. */
const fought = (...times: number[]): TargetEvent[] =>
  times.flatMap((at): TargetEvent[] => [
    { type: 'DriftDetected', data: { ...of, object, changes, at: iso(at) } },
    { type: 'DriftCorrected', data: { ...of, object, at: iso(at), how: 'Applied' } },
  ]);
const drift = (at: number) => ({ ...of, type: 'RecordDrift', object, changes, at: iso(at) }) as const;
const calm = (at: number) => ({ ...of, type: 'RecordCalm', at: iso(at) }) as const;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index * 100);

describe('a field that drifts again and again', () => {
  it('is put right at once until it has drifted more often than the limit', () => {
    const { state, when } = given(driftDecider, fought(...upTo(limit)));
    expect(correctionDueAt(state, object, changes)).toBe(0);
    const at = limit * 100;
    const decision = when(drift(at));
    expect(decision).toMatchObject({
      events: [
        { type: 'DriftDetected' },
        {
          type: 'DriftFlapping',
          data: { ...of, object, path, count: limit + 1, window: '5m', nextCorrection: iso(at + firstMs) },
        },
      ],
    });
  });

  it('is announced once, and then at an interval that doubles', () => {
    let times = upTo(limit + 1);
    const intervals: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const { state, when } = given(driftDecider, fought(...times));
      const last = times.at(-1)!;
      const due = correctionDueAt(state, object, changes) - start;
      intervals.push(due - last);
      expect(typesOf(when(drift(due)))).toEqual(['DriftDetected']);
      times = [...times, due];
    }
    expect(intervals).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60].map((seconds) => seconds * 1_000));
  });

  it('holds no other field back, on the same object or elsewhere', () => {
    const { state } = given(driftDecider, fought(...upTo(limit + 1)));
    const other = { path: '/data/other', from: 1, to: 2 };
    expect(correctionDueAt(state, object, [...changes, other])).toBe(0);
    expect(correctionDueAt(state, { ...object, name: 'another' }, changes)).toBe(0);
  });

  it('is settled after a whole window without drift, and then at full speed again', () => {
    const events = fought(...upTo(limit + 1));
    const { state, when } = given(driftDecider, events);
    const quiet = limit * 100 + windowMs;
    expect(nextCalmAt(state)).toBe(start + quiet);
    expect(typesOf(when(calm(quiet - 1)))).toEqual([]);
    expect(when(calm(quiet))).toEqual({
      ok: true,
      events: [{ type: 'DriftSettled', data: { ...of, object, path, since: iso(limit * 100), count: 0 } }],
    });
    const settled: TargetEvent = {
      type: 'DriftSettled',
      data: { ...of, object, path, since: iso(limit * 100), count: 0 },
    };
    const after = given(driftDecider, [...events, settled]);
    expect(after.state.flaps).toEqual({});
    expect(typesOf(after.when(calm(quiet)))).toEqual([]);
  });

  it('does not count as calm while it differs', () => {
    const open: TargetEvent = { type: 'DriftDetected', data: { ...of, object, changes, at: iso(600) } };
    const { state, when } = given(driftDecider, [...fought(...upTo(limit + 1)), open]);
    expect(nextCalmAt(state)).toBeUndefined();
    expect(typesOf(when(calm(10 * windowMs)))).toEqual([]);
  });

  it('is at full speed again when nobody was there to say that it was calm', () => {
    const events = fought(...upTo(limit + 1), 2 * windowMs);
    const { state } = given(driftDecider, events);
    expect(correctionDueAt(state, object, changes)).toBe(0);
    const again = upTo(limit).map((at) => 2 * windowMs + 1 + at);
    const types = typesOf(
      given(driftDecider, fought(...upTo(limit + 1), 2 * windowMs, ...again.slice(1))).when(
        drift(again.at(-1)! + 1),
      ),
    );
    expect(types).toEqual(['DriftDetected', 'DriftFlapping']);
  });

  it('is forgotten with its object, and counts nothing that has no time', () => {
    const pruned: TargetEvent = { type: 'ObjectsPruned', data: { ...of, objects: [object] } };
    expect(given(driftDecider, [...fought(...upTo(limit + 1)), pruned]).state.flaps).toEqual({});
    const old = Array.from({ length: 20 }, (): TargetEvent => ({
      type: 'DriftDetected',
      data: { ...of, object, changes },
    }));
    expect(given(driftDecider, old).state.flaps).toEqual({});
  });
});

/** Ever later times; some gaps are longer than a window. */
const gaps = fc.array(fc.oneof(fc.nat(50), fc.nat(2 * windowMs)), { maxLength: 60 });

/** A foe that changes the field back as soon as it was put right, against one who waits until it is due. */
const fight = (foe: readonly number[]): number[] => {
  let flap: Flap | undefined;
  let now = start;
  return foe.map((gap) => {
    now = Math.max(now + gap + 1, dueAt(flap));
    flap = drifted(flap, object, path, now);
    return now;
  });
};

describe('flapping, for any history', () => {
  it('never lets more through in a window than the limit, the doubling and the cap allow', () => {
    const most = limit + 1 + Math.ceil(Math.log2(capMs / firstMs)) + Math.ceil(windowMs / capMs);
    fc.assert(
      fc.property(gaps, (foe) => {
        const times = fight(foe);
        for (const from of times)
          expect(times.filter((at) => at >= from && at < from + windowMs).length).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('delays nothing that drifts no more often than the limit in a window', () => {
    fc.assert(
      fc.property(gaps, (foe) => {
        let flap: Flap | undefined;
        const seen: number[] = [];
        let now = start;
        for (const gap of foe) {
          now += gap + 1;
          if (seen.filter((at) => at > now - windowMs).length >= limit) continue;
          flap = drifted(flap, object, path, now);
          seen.push(now);
          expect(dueAt(flap)).toBe(0);
        }
      }),
    );
  });

  it('delays by no more than the cap, and is calm a window after the last drift', () => {
    fc.assert(
      fc.property(gaps, (foe) => {
        let flap: Flap | undefined;
        let now = start;
        for (const gap of foe) {
          now += gap + 1;
          flap = drifted(flap, object, path, now);
          expect(dueAt(flap)).toBeLessThanOrEqual(now + capMs);
          expect(calmAt(flap)).toBe(now + windowMs);
          expect(flap.times.length).toBeLessThanOrEqual(limit + 1);
        }
      }),
    );
  });

  it('goes on from what was recorded, wherever the history is cut', () => {
    fc.assert(
      fc.property(gaps, fc.nat(), (foe, cut) => {
        let now = 0;
        const events = fought(...foe.map((gap) => (now += gap + 1)));
        const at = events.length === 0 ? 0 : cut % events.length;
        const foldAll = (state: DriftState, part: readonly TargetEvent[]) =>
          part.reduce(driftDecider.evolve, state);
        const whole = foldAll(driftDecider.initial, events);
        const stored = JSON.parse(
          JSON.stringify(foldAll(driftDecider.initial, events.slice(0, at))),
        ) as DriftState;
        expect(foldAll(stored, events.slice(at))).toEqual(whole);
      }),
    );
  });
});
