import { accept, type Decider, type Decision } from '../kernel/decider';
import { sameJson } from '../kernel/same-json';
import { keyOf, type ObjectRef } from '../kubernetes/objects';
import type { TargetCommand } from './commands';
import type { DriftChange, TargetEvent } from './events';
import { calmAt, drifted, dueAt, evolveFlaps, flapKey, FLAPPING, type Flapping } from './flapping';
import type { DriftState } from './state';

export type DriftCommand = Extract<
  TargetCommand,
  { type: 'RecordDrift' | 'RecordDriftCorrected' | 'RecordCalm' }
>;

const decideDrift = (state: DriftState, command: DriftCommand): Decision<TargetEvent> => {
  const { application, cluster, at } = command;
  switch (command.type) {
    case 'RecordDrift': {
      const { object, changes } = command;
      if (sameJson(state.drift[keyOf(object)], changes)) return accept();
      const detected: TargetEvent = {
        type: 'DriftDetected',
        data: { application, cluster, object, changes, at },
      };
      return accept(detected, ...newlyFlapping(state, detected));
    }
    case 'RecordDriftCorrected': {
      const { object, how } = command;
      if (!(keyOf(object) in state.drift)) return accept();
      return accept({ type: 'DriftCorrected', data: { application, cluster, object, at, how } });
    }
    case 'RecordCalm':
      return accept(
        ...Object.values(state.flaps).flatMap((flap): TargetEvent[] => {
          const { flapping } = flap;
          if (!flapping || isOpen(state, flapping) || Date.parse(at) < calmAt(flap)) return [];
          const { object, path, since, rounds } = flapping;
          const data = { application, cluster, object, path, since: iso(since), count: rounds };
          return [{ type: 'DriftSettled', data }];
        }),
      );
  }
};

const newlyFlapping = (
  before: DriftState,
  detected: Extract<TargetEvent, { type: 'DriftDetected' }>,
): TargetEvent[] => {
  const { application, cluster, object, changes, at = '' } = detected.data;
  return changes.flatMap(({ path }): TargetEvent[] => {
    const known = before.flaps[flapKey(object, path)];
    const flap = drifted(known, object, path, Date.parse(at));
    // A field that was calm for a whole window and that nobody had looked at since flaps anew.
    if (!flap.flapping || flap.flapping.since === known?.flapping?.since) return [];
    const told = {
      object,
      path,
      count: flap.times.length,
      window: `${FLAPPING.windowMs / 60_000}m`,
      nextCorrection: iso(dueAt(flap)),
    };
    return [{ type: 'DriftFlapping', data: { application, cluster, ...told } }];
  });
};

const iso = (time: number): string => new Date(time).toISOString();

const isOpen = ({ drift }: DriftState, { object, path }: Flapping): boolean =>
  drift[keyOf(object)]?.some((change) => change.path === path) ?? false;

/** Folds what concerns drift; everything else leaves the state as it is. */
export const evolveDrift = (state: DriftState, event: TargetEvent): DriftState => {
  const flaps = evolveFlaps(state.flaps, event);
  switch (event.type) {
    case 'DriftDetected':
      return { flaps, drift: { ...state.drift, [keyOf(event.data.object)]: event.data.changes } };
    case 'DriftCorrected':
      return { flaps, drift: without(state.drift, [event.data.object]) };
    case 'ObjectsPruned':
      return { flaps, drift: without(state.drift, event.data.objects) };
    case 'DriftSettled':
      return { ...state, flaps };
    default:
      return state;
  }
};

const without = (drift: DriftState['drift'], objects: readonly ObjectRef[]): DriftState['drift'] => {
  const gone = new Set(objects.map(keyOf));
  return Object.fromEntries(Object.entries(drift).filter(([key]) => !gone.has(key)));
};

/**
 * The part of a target's decisions that is about drift. By itself it is what a worker foresees with: it knows what the
 * log will say before it is recorded, and asks for nothing to be recorded that says nothing new.
 */
export const driftDecider: Decider<DriftState, DriftCommand, TargetEvent> = {
  initial: { drift: {}, flaps: {} },
  decide: decideDrift,
  evolve: evolveDrift,
};

/** From when on these differences may be put right, or reported anew; 0: at once. One that is due brings all along. */
export const correctionDueAt = (
  { flaps }: DriftState,
  object: ObjectRef,
  changes: readonly DriftChange[],
): number => Math.min(...changes.map(({ path }) => dueAt(flaps[flapKey(object, path)])));

/** When a field that flaps will be calm, if nothing happens until then; undefined when none flaps. */
export const nextCalmAt = (state: DriftState): number | undefined => {
  const times = Object.values(state.flaps)
    .filter(({ flapping }) => flapping && !isOpen(state, flapping))
    .map(calmAt);
  return times.length > 0 ? Math.min(...times) : undefined;
};
