import {
  batchesOf,
  type Gate,
  type GateSide,
  type Run,
  type RunCluster,
  type RunGate,
  type RunStage,
} from '@keelson/domain';
import { callbackView } from '../schemas/callback';
import type { RunView } from './run.schema';
import type { ProgressRow, RunRow } from './runs.queries';

export type Progress = ReadonlyMap<string, ProgressRow>;

const key = (run: string, cluster: string): string => `${run}\n${cluster}`;

export const progressMap = (rows: readonly ProgressRow[]): Progress =>
  new Map(rows.map((row) => [key(row.run, row.cluster), row]));

export const runView = (
  { id, state, started_at, finished_at, position }: RunRow,
  progress: Progress,
): RunView => ({
  id,
  application: state.application,
  release: state.release,
  version: state.version,
  revision: state.revision,
  rollback: state.rollback,
  phase: state.phase,
  stages: state.stages.map((stage) => ({
    name: stage.name,
    phase: stage.phase,
    gates: [...gateViews(state, stage, 'before'), ...gateViews(state, stage, 'after')],
    clusters: stage.clusters.map((cluster) => ({
      name: cluster.name,
      phase: cluster.phase,
      batch: batchView(state, cluster, progress.get(key(id, cluster.name))),
      message: cluster.message ?? null,
    })),
  })),
  waiting: state.waiting,
  override: overrideView(state),
  ...(state.callback ? { callback: callbackView(state.callback) } : {}),
  ...(state.reason === undefined ? {} : { reason: state.reason }),
  startedAt: started_at.toISOString(),
  finishedAt: finished_at?.toISOString() ?? null,
  position: Number(position),
});

const overrideView = ({ override }: Run): RunView['override'] =>
  override
    ? {
        by: override.by,
        reason: override.reason,
        ...(override.kinds ? { kinds: [...override.kinds] } : {}),
      }
    : null;

type StageView = RunView['stages'][number];

/** What a gate is stands in the strategy that the run froze; how far it is, in the run's stage. */
const gateViews = ({ strategy }: Run, stage: RunStage, side: GateSide): StageView['gates'] => {
  const gates = strategy.stages.find(({ name }) => name === stage.name)?.[side] ?? [];
  return gates.flatMap((gate, index) => {
    const standing = stage[side][index];
    return standing ? [gateView(gate, side, standing)] : [];
  });
};

const gateView = (gate: Gate, side: GateSide, standing: RunGate): StageView['gates'][number] => ({
  type: gate.type,
  ...(gate.type === 'Verification' && gate.name !== undefined ? { name: gate.name } : {}),
  ...(gate.type === 'TimedWait' ? { duration: gate.duration } : {}),
  side,
  phase: standing.phase,
  startedAt: standing.startedAt === undefined ? null : new Date(standing.startedAt).toISOString(),
  by: standing.by ?? null,
  reason: standing.reason ?? null,
  message: standing.message ?? null,
  measurements: standing.measurements.map(({ at, ...measurement }) => ({
    at: new Date(at).toISOString(),
    ...measurement,
  })),
});

/** Pods of the plan before are ready, but they are not ready for this run. The way back has no batches. */
const batchView = (
  { strategy }: Run,
  { batch = 0, phase }: RunCluster,
  row: ProgressRow | undefined,
): StageView['clusters'][number]['batch'] => ({
  index: batch + 1,
  of: phase === 'RollingBack' || phase === 'RolledBack' ? 1 : batchesOf(strategy).length,
  updated: row?.applied ? row.updated : 0,
  ready: row?.ready ?? 0,
  desired: row?.desired ?? 0,
});
