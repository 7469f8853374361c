import { targetPhase } from '@keelson/domain';
import type { TargetView } from './targets.operations';
import type { TargetRow } from './targets.queries';

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
    owedDeletes: row.owed,
    drift: row.drift.flatMap(({ object, at, changes }) =>
      changes.map((change) => ({
        object,
        path: change.path,
        manager: change.manager ?? null,
        at: change.at ?? at,
      })),
    ),
    ...(health?.message ? { message: health.message } : {}),
    ...(lastError ? { lastError: errorView(lastError) } : {}),
  };
};

/** What was seen last; before anything was seen, what the verdict on the health had counted. */
const workload = ({ desired, updated, ready, health }: TargetRow): TargetView['workload'] => {
  if (desired !== null) return { desired, updated: updated ?? 0, ready: ready ?? 0 };
  return health?.workload ?? { desired: 0, updated: 0, ready: 0 };
};

const errorView = ({ message, at, object }: NonNullable<TargetRow['failure']>): TargetView['lastError'] => ({
  message,
  at,
  ...(object ? { object } : {}),
});
