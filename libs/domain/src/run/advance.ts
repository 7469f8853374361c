import { resolveShare } from '../kernel/share';
import { stageOf, type Stage } from '../strategy';
import type { Observation } from './commands';
import type { RunEvent } from './events';
import { evolveRun } from './evolve';
import { REMAINDER, isOver, type Run, type RunStage } from './state';
import { judge } from './verdict';

/**
 * Moves a run as far as what is known now allows. The same state, fleet and time always give the same events;
 * nothing new gives none, so it may be called at any time and any number of times.
 */
export const advance = (run: Run, fleet: readonly Observation[], now: number): RunEvent[] => {
  if (isOver(run.phase)) return [];
  const step = new Step(run);
  const seen = new Map(fleet.map((observation) => [observation.cluster, observation]));
  changeMembership(step, fleet);
  judgeClusters(step, seen, now);
  breakOrMend(step);
  startClusters(step, now);
  return step.events;
};

/** Milliseconds since the epoch at which time alone will change what `advance` answers; undefined if never. */
export const wakeAt = (run: Run, fleet: readonly Observation[], now: number): number | undefined => {
  if (isOver(run.phase)) return undefined;
  const seen = new Map(fleet.map((observation) => [observation.cluster, observation]));
  let earliest: number | undefined;
  for (const cluster of run.stages.flatMap(({ clusters }) => clusters)) {
    const observation = seen.get(cluster.name);
    if (!observation || (cluster.phase !== 'Progressing' && cluster.phase !== 'Failed')) continue;
    const verdict = judge(run, cluster, observation, now);
    if (verdict.is === 'waiting' && (earliest === undefined || verdict.until < earliest))
      earliest = verdict.until;
  }
  return earliest;
};

/** Collects events and keeps the state that follows from them, so that each rule sees what the ones before it decided. */
class Step {
  readonly events: RunEvent[] = [];

  constructor(public run: Run) {}

  get of(): { application: string; run: string } {
    return { application: this.run.application, run: this.run.run };
  }

  emit(event: RunEvent): void {
    this.events.push(event);
    this.run = evolveRun(this.run, event) as Run;
  }
}

const changeMembership = (step: Step, fleet: readonly Observation[]): void => {
  const members = new Set(step.run.stages.flatMap(({ clusters }) => clusters.map(({ name }) => name)));
  const present = new Set(fleet.map(({ cluster }) => cluster));
  const left = [...members].filter((name) => !present.has(name));
  const joined = fleet
    .filter(({ cluster }) => !members.has(cluster))
    .map(({ cluster, labels }) => ({ cluster, stage: stageOf(step.run.strategy, labels) ?? REMAINDER }));
  if (joined.length + left.length > 0)
    step.emit({ type: 'MembershipChanged', data: { ...step.of, joined, left } });
};

const judgeClusters = (step: Step, seen: ReadonlyMap<string, Observation>, now: number): void => {
  for (const { name: stage, clusters } of step.run.stages) {
    for (const cluster of clusters) {
      const observation = seen.get(cluster.name);
      if (!observation || (cluster.phase !== 'Progressing' && cluster.phase !== 'Failed')) continue;
      const verdict = judge(step.run, cluster, observation, now);
      const data = { ...step.of, stage, cluster: cluster.name };
      if (verdict.is === 'healthy') step.emit({ type: 'ClusterSucceeded', data });
      else if (verdict.is === 'failed' && cluster.phase === 'Progressing') {
        step.emit({
          type: 'ClusterFailed',
          data: { ...data, reason: verdict.reason, message: verdict.message },
        });
      }
    }
  }
};

/** A cluster that failed goes on converging; when enough of them recover by themselves, so does the run. */
const breakOrMend = (step: Step): void => {
  const broken = step.run.stages.find((stage) => failures(stage) > tolerated(step.run, stage));
  if (broken && step.run.phase !== 'Paused') {
    const [first, ...others] = broken.clusters.filter(({ phase }) => phase === 'Failed');
    const more = others.length > 0 ? ` (and ${others.length} more)` : '';
    const message = `stage ${broken.name}: ${first?.name ?? ''}${more}: ${first?.message ?? 'failed'}`;
    step.emit({
      type: 'RunPaused',
      data: { ...step.of, stage: broken.name, reason: 'FailuresExceeded', message },
    });
  } else if (!broken && step.run.phase === 'Paused') {
    step.emit({ type: 'RunResumed', data: { ...step.of, reason: 'Recovered' } });
  }
};

const startClusters = (step: Step, now: number): void => {
  if (step.run.phase === 'Paused') return;
  for (const { name } of step.run.stages) {
    let stage = stageNamed(step.run, name);
    if (stage.phase === 'Pending') step.emit({ type: 'StageStarted', data: { ...step.of, stage: name } });
    const limit = resolveShare(rules(step.run, stage).maxConcurrency, stage.clusters.length);
    const underWay = stage.clusters.filter(({ phase }) => phase === 'Progressing').length;
    const next = stage.clusters
      .filter(({ phase }) => phase === 'Pending')
      .slice(0, Math.max(0, limit - underWay));
    for (const { name: cluster } of next) {
      const at = new Date(now).toISOString();
      step.emit({
        type: 'ClusterStarted',
        data: { ...step.of, stage: name, cluster, release: step.run.release, at },
      });
    }
    stage = stageNamed(step.run, name);
    if (stage.clusters.some(({ phase }) => phase === 'Pending' || phase === 'Progressing')) return;
    if (stage.phase !== 'Succeeded') step.emit({ type: 'StageSucceeded', data: { ...step.of, stage: name } });
  }
  step.emit({ type: 'RunSucceeded', data: step.of });
};

const REMAINDER_RULES: Pick<Stage, 'maxConcurrency' | 'maxFailures'> = {
  maxConcurrency: '100%',
  maxFailures: 0,
};

const rules = (run: Run, stage: RunStage): Pick<Stage, 'maxConcurrency' | 'maxFailures'> =>
  run.strategy.stages.find(({ name }) => name === stage.name) ?? REMAINDER_RULES;

const stageNamed = (run: Run, name: string): RunStage => run.stages.find((stage) => stage.name === name)!;

const failures = (stage: RunStage): number => stage.clusters.filter(({ phase }) => phase === 'Failed').length;

const tolerated = (run: Run, stage: RunStage): number =>
  resolveShare(rules(run, stage).maxFailures, stage.clusters.length);
