import { calmAt, dueAt, flapKey, targetPhase, type Colours } from '@keelson/domain';
import type { TargetView } from './targets.operations';
import type { OwedRow, TargetRow } from './targets.queries';

export const targetView = (row: TargetRow): TargetView => {
  const generation = Number(row.generation);
  const appliedGeneration = Number(row.applied_generation);
  const { health, failure } = row;
  const lastError = failure ?? row.cluster_error;
  return {
    cluster: row.cluster,
    phase: targetPhase({
      removing: row.removing,
      unreachable: row.cluster_phase === 'Unreachable',
      planned: row.hash !== null || failure !== null,
      generation,
      appliedGeneration,
      failed: failure !== null,
      drifted: row.drift.length,
      ...(health ? { health } : {}),
    }),
    generation,
    appliedGeneration,
    revision: row.revision,
    version: row.version,
    hash: row.hash,
    run: row.run,
    workload: workload(row),
    ...(row.colours ? { blueGreen: coloursView(row.colours) } : {}),
    owedDeletes: row.owed,
    owed: (row.owing ?? []).map((owed) => owedView(owed, row)),
    drift: row.drift.flatMap(({ object, at, changes }) =>
      changes.map((change) => ({
        object,
        path: change.path,
        manager: change.manager ?? null,
        at: change.at ?? at,
        nextCorrection: timeOrNull(dueAt(row.flaps?.[flapKey(object, change.path)])),
      })),
    ),
    flapping: flapping(row),
    ...(health?.message ? { message: health.message } : {}),
    ...(lastError ? { lastError: errorView(lastError) } : {}),
  };
};

const flapping = ({ flaps }: TargetRow): TargetView['flapping'] =>
  Object.values(flaps ?? {}).flatMap((flap) => {
    if (!flap.flapping) return [];
    const { object, path, since, rounds } = flap.flapping;
    const times = { since: iso(since), nextCorrection: iso(dueAt(flap)), calmAt: iso(calmAt(flap)) };
    return [{ object, path, count: rounds, ...times }];
  });

const iso = (time: number): string => new Date(time).toISOString();

const timeOrNull = (time: number): string | null => (time === 0 ? null : iso(time));

/** What was seen last; before anything was seen, what the verdict on the health had counted. */
const workload = ({ desired, updated, ready, health }: TargetRow): TargetView['workload'] => {
  if (desired !== null) return { desired, updated: updated ?? 0, ready: ready ?? 0 };
  return health?.workload ?? { desired: 0, updated: 0, ready: 0 };
};

const coloursView = ({ service, active, blue, green, idleUntil }: Colours): TargetView['blueGreen'] => ({
  service,
  active,
  blue: blue ?? null,
  green: green ?? null,
  ...(idleUntil === undefined ? {} : { idleUntil: new Date(idleUntil).toISOString() }),
});

const errorView = ({ message, at, object }: NonNullable<TargetRow['failure']>): TargetView['lastError'] => ({
  message,
  at,
  ...(object ? { object } : {}),
});

/** What was told last is overtaken while the cluster is away. */
const owedView = ({ object, since, delay }: OwedRow, row: TargetRow): TargetView['owed'][number] => {
  const { cluster_error: away } = row;
  if (away) {
    const message = `the cluster is away: ${away.reason}, ${away.message}`;
    return { object, since, reason: 'ClusterUnreachable', message };
  }
  if (!delay) return { object, since, reason: 'Pending', message: pending(row) };
  const { reason, message, finalizers } = delay;
  return { object, since, reason, message, ...(finalizers ? { finalizers: [...finalizers] } : {}) };
};

const pending = ({ removing, generation, applied_generation: applied }: TargetRow): string =>
  !removing && Number(generation) > Number(applied)
    ? 'the newest plan is applied first'
    : 'it is being deleted, or will be';
