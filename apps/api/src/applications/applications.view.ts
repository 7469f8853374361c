import { maskSecret, warningsOf } from '@keelson/domain';
import type { ApplicationSummaryView, ApplicationView } from './applications.operations';
import type { ApplicationRow, WholeApplicationRow } from './applications.queries';

export const summaryView = (row: ApplicationRow): ApplicationSummaryView => {
  const { state } = row;
  return {
    name: row.name,
    project: row.project,
    labels: state.exists ? state.definition.labels : {},
    namespace: state.exists ? state.definition.namespace : null,
    phase: state.exists ? 'Active' : 'Deleting',
    release: (state.exists && state.release) || null,
    replicas: state.exists ? state.scales : [],
    activeRun: activeRun(row),
    targets: { total: row.total, converged: row.converged, drifted: row.drifted, behind: row.behind },
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    position: Number(row.position),
  };
};

export const applicationView = (row: WholeApplicationRow): ApplicationView => ({
  ...summaryView(row),
  definition: definitionView(row),
  warnings: row.state.exists ? warningsOf(row.released ?? row.state.definition.objects) : [],
});

/** A run that is over is not active, whatever the application remembers of it. */
const activeRun = ({ state, run_phase, run_over }: ApplicationRow): ApplicationSummaryView['activeRun'] =>
  state.activeRun !== undefined && run_phase !== null && run_over === false
    ? { id: state.activeRun, phase: run_phase }
    : null;

const definitionView = ({ state }: ApplicationRow): ApplicationView['definition'] => {
  if (!state.exists) return null;
  const { objects, placement, overrides, strategy, dependsOn, policy, disruptionBudget } = state.definition;
  return {
    manifests: objects.map(maskSecret),
    placement,
    overrides,
    strategy,
    dependsOn,
    drift: { policy: policy.drift, ignoreFields: [...(policy.ignoreFields ?? [])] },
    whenToTakeOver: policy.whenToTakeOver,
    disruptionBudget: disruptionBudget ?? 'None',
  };
};
