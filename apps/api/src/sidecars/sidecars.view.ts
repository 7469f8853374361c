import { targetPhase } from '@keelson/domain';
import type { SidecarTargetView, SidecarView } from './sidecars.operations';
import type { SidecarRow, SidecarTargetRow } from './sidecars.queries';

export const sidecarView = (row: SidecarRow): SidecarView => {
  const { state } = row;
  if (!state.exists) throw new Error(`sidecar ${row.name} is deleted and was read`);
  const { containers, volumes, applicationSelector, placement, strategy } = state.definition;
  const isActive = state.activeRun !== undefined && row.run_phase !== null && row.run_over === false;
  return {
    name: row.name,
    containers,
    volumes,
    applicationSelector,
    placement,
    strategy,
    release: state.release ?? null,
    settledRelease: row.settled_release,
    activeRun: isActive ? { id: state.activeRun ?? '', phase: row.run_phase ?? '' } : null,
    targets: { total: row.total, released: row.released },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    position: Number(row.position),
  };
};

export const sidecarTargetView = (row: SidecarTargetRow): SidecarTargetView => {
  const { application, cluster, release, version, run, waiting, health, failure } = row;
  const [generation, appliedGeneration] = [Number(row.generation), Number(row.applied_generation)];
  const message = failure?.message ?? health?.message;
  return {
    application,
    cluster,
    phase: targetPhase({
      removing: false,
      unreachable: row.unreachable,
      planned: row.planned,
      generation,
      appliedGeneration,
      failed: failure !== null,
      drifted: row.drifted,
      ...(health ? { health } : {}),
    }),
    release,
    version,
    run,
    waiting,
    generation,
    appliedGeneration,
    ...(message ? { message } : {}),
  };
};
