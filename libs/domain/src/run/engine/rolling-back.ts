import type { Blocker } from '../blockers';
import type { Decided } from '../events';
import type { PauseReason, Run, RunCluster } from '../state';
import { blockersFor, distinct, identityOf, noteHeldBack } from './kept-back';
import { wholePace } from './pace';
import type { Step } from './step';
import { judgeWayBack } from './verdict';

interface Cause extends Partial<Decided> {
  readonly reason: PauseReason;
  readonly message: string;
}

/** Every cluster that the run moved goes back to what it had, all at once: an emergency waits for nobody. */
export const beginRollback = (step: Step, cause: Cause): void => {
  const passed = distinct([...step.run.waiting, ...inTheWay(step)]).filter(isPassed);
  step.emit('RunRollbackStarted', { ...cause, ...(passed.length > 0 ? { passed } : {}) });
  for (const { name: stage, clusters } of step.run.stages) {
    for (const { name: cluster, from } of clusters.filter(isMoved)) {
      const at = { stage, cluster };
      if (from === undefined) {
        const message = `it had no other release before: it keeps version ${step.run.version}`;
        step.emit('ClusterFailed', { ...at, reason: 'NothingToGoBackTo', message });
      } else {
        const pace = wholePace(step.run.strategy);
        step.emit('ClusterRollbackStarted', { ...at, release: from, pace, at: step.at });
      }
    }
  }
};

/** Judges the ways back, and ends the run when none is left. */
export const goBack = (step: Step): void => {
  sayPassed(step);
  for (const { name: stage, clusters } of step.run.stages) {
    for (const cluster of clusters) judgeCluster(step, stage, cluster);
  }
  const clusters = clustersOf(step.run);
  if (clusters.some(({ phase }) => phase === 'RollingBack')) return;
  const failed = clusters.filter(({ phase }) => phase === 'Failed').map(({ name }) => name);
  if (failed.length === 0) step.emit('RunRolledBack', {});
  else step.emit('RunFailed', { message: `rolled back, but not in ${failed.join(', ')}` });
};

const judgeCluster = (step: Step, stage: string, cluster: RunCluster): void => {
  const { name, phase, from } = cluster;
  const observation = step.seen.get(name);
  if (!observation || from === undefined || (phase !== 'RollingBack' && phase !== 'Failed')) return;
  const verdict = judgeWayBack(step.run, cluster, observation, step.now);
  if (verdict.is === 'waiting') noteHeldBack(step, observation);
  if (verdict.is === 'healthy') step.emit('ClusterRolledBack', { stage, cluster: name });
  else if (verdict.is === 'failed' && phase === 'RollingBack') {
    const { reason, message } = verdict;
    step.emit('ClusterFailed', { stage, cluster: name, reason, message });
  }
};

/** A person's rollback is decided without a look at the fleet; what it turns out to pass is said here. */
const sayPassed = (step: Step): void => {
  const said = new Set(step.run.rollingBack?.passed.map(identityOf));
  const passed = distinct(inTheWay(step)).filter(
    (blocker) => isPassed(blocker) && !said.has(identityOf(blocker)),
  );
  if (passed.length === 0) return;
  step.emit('RunOverridden', { by: 'rollback', why: 'an emergency passes holds and windows', passed });
};

const isPassed = ({ kind }: Blocker): boolean => kind === 'Hold' || kind === 'Window';

const inTheWay = (step: Step): Blocker[] =>
  clustersOf(step.run)
    .filter(isMoved)
    .flatMap(({ name }) => blockersFor(step.run, step.seen.get(name)));

/** One that was skipped went back, or was let go, when it was. */
const isMoved = ({ startedAt, phase }: RunCluster): boolean => startedAt !== undefined && phase !== 'Skipped';

const clustersOf = ({ stages }: Run): RunCluster[] => stages.flatMap(({ clusters }) => clusters);
