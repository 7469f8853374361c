import type { Strategy } from '../strategy';
import type { GateSide, Membership } from './events';
import type { Run, RunCluster, RunGate, RunStage } from './state';

/** A change that takes a field away names it with undefined, so that the state stays what JSON can say. */
type Change<T> = { readonly [K in keyof T]?: T[K] | undefined };

export const emptyStages = ({ stages }: Strategy): RunStage[] =>
  stages.map(({ name, before, after }) => ({
    name,
    phase: 'Pending',
    before: before.map(() => PENDING),
    after: after.map(() => PENDING),
    clusters: [],
  }));

const PENDING: RunGate = { phase: 'Pending', measurements: [] };

/** A cluster that joins a stage which had already succeeded opens it again. */
export const changeMembers = (
  stages: readonly RunStage[],
  joined: readonly Membership[],
  left: readonly string[],
): RunStage[] => {
  const gone = new Set(left);
  const known = new Set(stages.map(({ name }) => name));
  const added: RunStage[] = [...new Set(joined.map(({ stage }) => stage))]
    .filter((name) => !known.has(name))
    .map((name) => ({ name, phase: 'Pending', before: [], after: [], clusters: [] }));
  return [...stages, ...added].map((stage) => {
    const arrivals: RunCluster[] = joined
      .filter((member) => member.stage === stage.name)
      .map(({ cluster }) => ({ name: cluster, phase: stage.phase === 'Skipped' ? 'Skipped' : 'Pending' }));
    return {
      ...stage,
      phase: arrivals.length > 0 && stage.phase === 'Succeeded' ? 'Progressing' : stage.phase,
      clusters: [...stage.clusters.filter(({ name }) => !gone.has(name)), ...arrivals],
    };
  });
};

interface InStage {
  readonly stage: string;
}
type InCluster = InStage & { readonly cluster: string };
type AtGate = InStage & { readonly side: GateSide; readonly gate: number };

export const stageIn = (run: Run, name: string): RunStage | undefined =>
  run.stages.find((stage) => stage.name === name);

export const clusterIn = (run: Run, { stage, cluster }: InCluster): RunCluster | undefined =>
  stageIn(run, stage)?.clusters.find(({ name }) => name === cluster);

export const gateIn = (run: Run, { stage, side, gate }: AtGate): RunGate | undefined =>
  stageIn(run, stage)?.[side][gate];

export const setStage = (run: Run, name: string, change: Change<RunStage>): Run => {
  const index = run.stages.findIndex((stage) => stage.name === name);
  const stage = run.stages[index];
  return stage ? { ...run, stages: run.stages.with(index, merged(stage, change)) } : run;
};

/** A cluster that comes back to a stage which had already succeeded opens it again; its gates stay passed. */
export const reopen = (run: Run, name: string): Run =>
  stageIn(run, name)?.phase === 'Succeeded' ? setStage(run, name, { phase: 'Progressing' }) : run;

export const setCluster = (run: Run, { stage, cluster }: InCluster, change: Change<RunCluster>): Run => {
  const clusters = stageIn(run, stage)?.clusters ?? [];
  const index = clusters.findIndex(({ name }) => name === cluster);
  const known = clusters[index];
  return known ? setStage(run, stage, { clusters: clusters.with(index, merged(known, change)) }) : run;
};

export const setGate = (run: Run, { stage, side, gate }: AtGate, change: Change<RunGate>): Run => {
  const gates = stageIn(run, stage)?.[side] ?? [];
  const known = gates[gate];
  return known ? setStage(run, stage, { [side]: gates.with(gate, merged(known, change)) }) : run;
};

/** Field by field: entries would be an array for each of them, and a large run folds thousands of events. */
const merged = <T extends object>(value: T, change: Change<T>): T => {
  const next: { [K in keyof T]?: T[K] } = { ...value };
  for (const key of Object.keys(change) as (keyof T)[]) {
    if (change[key] !== undefined) next[key] = change[key];
    else if (key in next) delete next[key];
  }
  return next as T;
};
