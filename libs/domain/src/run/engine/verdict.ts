import { durationMs } from '../../kernel/duration';
import type { Observation } from '../commands';
import type { ClusterFailureReason } from '../events';
import type { Run, RunCluster, RunStage } from '../state';

export type Verdict =
  | { readonly is: 'healthy' }
  /** `until`: milliseconds since the epoch at which time alone changes the verdict; none when it never does. */
  | { readonly is: 'waiting'; readonly until?: number; readonly message: string }
  | { readonly is: 'failed'; readonly reason: ClusterFailureReason; readonly message: string };

/**
 * What an observation says of a cluster that was told to move to its batch.
 *
 * Only a plan that this run made for that very batch, taken whole by the cluster and judged at that very generation,
 * counts. So health of the previous revision, of another run or of the batch before never opens the way, and a
 * workload whose status lags behind its plan is waited for.
 */
export const judge = (
  run: Run,
  { promoted }: Pick<RunStage, 'promoted'>,
  cluster: RunCluster,
  seen: Observation,
  now: number,
): Verdict => {
  const own = isOwnPlan(run, run.release, cluster, seen);
  // A person who asks for another try asks for the whole deadline; what is seen may still be the try before.
  const patient = cluster.retried === true;
  if (own && !patient && isRefused(seen)) {
    return { is: 'failed', reason: 'ApplyFailed', message: seen.failure?.message ?? '' };
  }
  const judged = own ? healthOf(seen) : undefined;
  if (judged?.status === 'Failed' && !patient) {
    return { is: 'failed', reason: 'Unhealthy', message: judged.message };
  }
  if (isHeldBack(seen)) return { is: 'waiting', message: whyHeldBack(seen) };
  if (judged?.status === 'Current' && !seen.unreachable) {
    const lasting = promoted ? 0 : durationMs(run.strategy.minSuccessTime);
    const steadyAt = judged.since + lasting;
    // `since` is the database's clock, and may be ahead of ours: where nothing is to last, no clock is asked.
    if (lasting === 0 || now >= steadyAt) return { is: 'healthy' };
    return { is: 'waiting', until: steadyAt, message: 'healthy, but not for long enough yet' };
  }
  return byDeadline(run, deadlineFrom(cluster, now), seen, judged?.message, now);
};

/** What an observation says of a cluster on its way back: an emergency, so health need not last. */
export const judgeWayBack = (run: Run, cluster: RunCluster, seen: Observation, now: number): Verdict => {
  const own = isOwnPlan(run, cluster.from, cluster, seen);
  if (own && !cluster.retried && isRefused(seen)) {
    return { is: 'failed', reason: 'ApplyFailed', message: seen.failure?.message ?? '' };
  }
  const judged = own ? healthOf(seen) : undefined;
  if (isHeldBack(seen)) return { is: 'waiting', message: whyHeldBack(seen) };
  if (judged?.status === 'Current' && !seen.unreachable) return { is: 'healthy' };
  return byDeadline(run, cluster.startedAt ?? now, seen, judged?.message, now);
};

const isOwnPlan = (run: Run, release: string | undefined, cluster: RunCluster, seen: Observation): boolean =>
  seen.run === run.run && seen.batch === cluster.batch && seen.release === release;

/** The API server will not take the plan however often it is asked. */
const isRefused = ({ failure, generation }: Observation): boolean =>
  failure?.terminal === true && failure.generation === generation;

const healthOf = ({ appliedGeneration, generation, health }: Observation): Observation['health'] =>
  appliedGeneration === generation && health?.generation === generation ? health : undefined;

/** By other runs, which move the same pods and are not as far. One that cannot be reached waits for itself. */
export const isHeldBack = ({ heldBack = [], unreachable }: Observation): boolean =>
  heldBack.length > 0 && unreachable === undefined;

const whyHeldBack = ({ heldBack = [] }: Observation): string =>
  heldBack.map(({ message }) => message).join('; ');

/** A batch that was reached has no deadline, until it is lost. */
const deadlineFrom = ({ reachedAt, lostAt, startedAt }: RunCluster, now: number): number =>
  reachedAt === undefined ? (startedAt ?? now) : (lostAt ?? now);

const byDeadline = (
  { strategy }: Run,
  from: number,
  { unreachable, failure, freeSince = from }: Observation,
  judged: string | undefined,
  now: number,
): Verdict => {
  const until = Math.max(from, freeSince) + durationMs(strategy.progressDeadline);
  const message = unreachable ?? judged ?? failure?.message ?? 'the plan has not been applied';
  if (now < until) return { is: 'waiting', until, message };
  return {
    is: 'failed',
    reason: unreachable ? 'Unreachable' : 'ProgressDeadlineExceeded',
    message: `not healthy within ${strategy.progressDeadline}: ${message}`,
  };
};
