import { durationMs } from '../kernel/duration';
import type { Observation } from './commands';
import { measurementsAhead } from './due-measurements';
import { nextBatchAt } from './engine/batches';
import { rulesOf } from './engine/rules';
import { judge, judgeWayBack } from './engine/verdict';
import { isOver, type Run, type RunStage } from './state';

/**
 * Milliseconds since the epoch at which time alone may change what `advance` answers, or a measurement is due;
 * undefined if never. Asked of the state that `advance` left. It may be too early, and never is too late.
 */
export const wakeAt = (run: Run, fleet: readonly Observation[], now: number): number | undefined => {
  if (isOver(run.phase)) return undefined;
  const seen = new Map(fleet.map((observation) => [observation.cluster, observation]));
  let earliest: number | undefined;
  const consider = (at: number | undefined): void => {
    if (at !== undefined && at > now && (earliest === undefined || at < earliest)) earliest = at;
  };
  for (const stage of run.stages) {
    for (const at of clusterTimes(run, stage, seen, now)) consider(at);
    for (const at of waitTimes(run, stage)) consider(at);
  }
  for (const { at } of measurementsAhead(run)) consider(at);
  return earliest;
};

const clusterTimes = (
  run: Run,
  stage: RunStage,
  seen: ReadonlyMap<string, Observation>,
  now: number,
): (number | undefined)[] =>
  stage.clusters.flatMap((cluster) => {
    const observation = seen.get(cluster.name);
    if (!observation) return [];
    switch (cluster.phase) {
      case 'Pending':
        return [observation.blockersChangeAt];
      case 'Progressing':
      case 'Failed': {
        const verdict = judge(run, stage, cluster, observation, now);
        return [
          verdict.is === 'waiting' ? verdict.until : undefined,
          nextBatchAt(run.strategy, stage, cluster),
          observation.blockersChangeAt,
        ];
      }
      case 'RollingBack': {
        const verdict = judgeWayBack(run, cluster, observation, now);
        return verdict.is === 'waiting' ? [verdict.until] : [];
      }
      case 'Succeeded':
      case 'SetAside':
      case 'Skipped':
      case 'RolledBack':
        return [];
    }
  });

const waitTimes = (run: Run, stage: RunStage): number[] =>
  (['before', 'after'] as const).flatMap((side) =>
    rulesOf(run, stage.name)[side].flatMap((rule, gate) => {
      const { phase, startedAt = 0 } = stage[side][gate] ?? {};
      return rule.type === 'TimedWait' && phase === 'Running' ? [startedAt + durationMs(rule.duration)] : [];
    }),
  );
