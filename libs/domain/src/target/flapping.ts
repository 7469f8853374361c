import { keyOf, type ObjectRef } from '../kubernetes/objects';
import type { TargetEvent } from './events';

/**
 * When a field flaps: it drifted more than `limit` times within `windowMs`. From then on it is dealt with at an
 * interval that begins with `firstMs`, doubles each time and ends at `capMs`, so that no two controllers fight at full
 * speed, and no wrong value stays longer than the cap. After `windowMs` without drift it is at full speed again.
 * The cap must be less than the window: a fight that goes on must never look calm.
 */
export const FLAPPING = { limit: 5, windowMs: 300_000, firstMs: 1_000, capMs: 60_000 } as const;

/** A field that drifted lately, or an object (`path` is empty) that was deleted lately. */
export interface Flap {
  readonly object: ObjectRef;
  readonly path: string;
  /** When it was found to differ: milliseconds since the epoch, oldest first, no more than the judgement needs. */
  readonly times: readonly number[];
  /** Since when it flaps, and how often it drifted since. */
  readonly flapping?: { readonly since: number; readonly rounds: number };
}

/** By object and path; see `flapKey`. */
export type Flaps = Readonly<Record<string, Flap>>;

export const flapKey = (object: ObjectRef, path: string): string => `${keyOf(object)} ${path}`;

const lastOf = ({ times }: Flap): number => times.at(-1) ?? 0;

/** From when on the field may be put right or reported anew; 0: at once. Milliseconds since the epoch. */
export const dueAt = (flap: Flap | undefined): number =>
  flap?.flapping ? lastOf(flap) + Math.min(FLAPPING.capMs, FLAPPING.firstMs * 2 ** flap.flapping.rounds) : 0;

/** From when on a field that has no drift counts as calm. Milliseconds since the epoch. */
export const calmAt = (flap: Flap): number => lastOf(flap) + FLAPPING.windowMs;

/** The field after it drifted once more. */
export const drifted = (known: Flap | undefined, object: ObjectRef, path: string, at: number): Flap => {
  if (!known || at >= calmAt(known)) return { object, path, times: [at] };
  // Another worker's clock may be behind: what it sees still comes after what is known.
  const time = Math.max(at, lastOf(known) + 1);
  const times = [...known.times.filter((earlier) => earlier > time - FLAPPING.windowMs), time].slice(
    -FLAPPING.limit - 1,
  );
  if (known.flapping) {
    const { since, rounds } = known.flapping;
    return { object, path, times, flapping: { since, rounds: rounds + 1 } };
  }
  return times.length > FLAPPING.limit
    ? { object, path, times, flapping: { since: time, rounds: 0 } }
    : { object, path, times };
};

/**
 * Folds one event. Only recorded times count, so that whoever reads the same log comes to the same judgement;
 * an event of the time before they were recorded counts for nothing.
 */
export const evolveFlaps = (flaps: Flaps, event: TargetEvent): Flaps => {
  switch (event.type) {
    case 'DriftDetected': {
      const { object, changes, at } = event.data;
      if (at === undefined) return flaps;
      const time = Date.parse(at);
      const next = { ...recent(flaps, time) };
      for (const { path } of changes) {
        const key = flapKey(object, path);
        next[key] = drifted(flaps[key], object, path, time);
      }
      return next;
    }
    case 'DriftSettled': {
      const { [flapKey(event.data.object, event.data.path)]: _, ...rest } = flaps;
      return rest;
    }
    case 'ObjectsPruned': {
      const gone = new Set(event.data.objects.map(keyOf));
      return pick(flaps, ({ object }) => !gone.has(keyOf(object)));
    }
    default:
      return flaps;
  }
};

/** Without what nobody needs any more; a field that flaps stays until it is said to be calm. */
const recent = (flaps: Flaps, now: number): Flaps =>
  pick(flaps, (flap) => flap.flapping !== undefined || calmAt(flap) > now);

const pick = (flaps: Flaps, keep: (flap: Flap) => boolean): Flaps =>
  Object.fromEntries(Object.entries(flaps).filter(([, flap]) => keep(flap)));
