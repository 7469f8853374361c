import type { RunView } from './runs.operations';
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
  phase: state.phase,
  stages: state.stages.map(({ name, phase, clusters }) => ({
    name,
    phase,
    gates: [],
    clusters: clusters.map((cluster) => ({
      name: cluster.name,
      phase: cluster.phase,
      batch: batchView(progress.get(key(id, cluster.name))),
      message: cluster.message ?? null,
    })),
  })),
  ...(state.reason === undefined ? {} : { reason: state.reason }),
  startedAt: started_at.toISOString(),
  finishedAt: finished_at?.toISOString() ?? null,
  position: Number(position),
});

type BatchView = RunView['stages'][number]['clusters'][number]['batch'];

/** Every cluster is one batch. Pods of the plan before are ready, but they are not ready for this run. */
const batchView = (row: ProgressRow | undefined): BatchView => ({
  index: 1,
  of: 1,
  updated: row?.applied ? row.updated : 0,
  ready: row?.ready ?? 0,
  desired: row?.desired ?? 0,
});
