import { keyOf, type ObjectRef } from '../kubernetes/objects';
import type { TargetEvent } from './events';

/**
 * When a field flaps: it drifted more than `limit` times within `windowMs`. From then on it is dealt with at an
 * interval that begins with `firstMs`, doubles each time and ends at `capMs`, so that no two controllers fight at full
 * speed, and no wrong value stays longer than the cap. After `windowMs` without drift it is at full speed again.
 * The cap must be less than the window: a fight that goes on must never look calm.
 */
export const FLAPPING = { limit: 5, windowMs: 300_000, firstMs: 1_000, capMs: 60_000 } as const;

/** A field that drifted lately, or an object (with an empty path) that was deleted lately. */
export interface Flap {
  /** When it was found to differ: milliseconds since the epoch, oldest first, no more than the judgement needs. */
  readonly times: readonly number[];
  readonly flapping?: Flapping;
}

export interface Flapping {
  readonly object: ObjectRef;
  readonly path: string;
  readonly since: number;
  /** How often it drifted since. */
  readonly rounds: number;
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
  if (!known || at >= calmAt(known)) return { times: [at] };
  // Another worker's clock may be behind: what it sees still comes after what is known.
  const time = Math.max(at, lastOf(known) + 1);
  const times = [...known.times.filter((earlier) => earlier > time - FLAPPING.windowMs), time].slice(
    -FLAPPING.limit - 1,
  );
  if (known.flapping) return { times, flapping: { ...known.flapping, rounds: known.flapping.rounds + 1 } };
  if (times.length <= FLAPPING.limit) return { times };
  return { times, flapping: { object, path, since: time, rounds: 0 } };
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
      // A field that flaps stays until it is said to be calm; the others are not needed after a window.
      const next = pick(flaps, (flap) => flap.flapping !== undefined || calmAt(flap) > time);
      for (const { path } of changes) {
        const key = flapKey(object, path);
        next[key] = drifted(flaps[key], object, path, time);
      }
      return next;
    }
    case 'DriftSettled': {
      const settled = flapKey(event.data.object, event.data.path);
      return pick(flaps, (_, key) => key !== settled);
    }
    case 'ObjectsPruned': {
      const gone = event.data.objects.map((object) => flapKey(object, ''));
      return pick(flaps, (_, key) => !gone.some((prefix) => key.startsWith(prefix)));
    }
    default:
      return flaps;
  }
};

const pick = (flaps: Flaps, keep: (flap: Flap, key: string) => boolean): Record<string, Flap> => {
  const kept: Record<string, Flap> = {};
  for (const key in flaps) {
    const flap = flaps[key]!;
    if (keep(flap, key)) kept[key] = flap;
  }
  return kept;
};
