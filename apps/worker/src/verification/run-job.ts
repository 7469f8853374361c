import { setTimeout as sleep } from 'node:timers/promises';
import {
  endedByTimeout,
  jobEvidence,
  jobObject,
  refOf,
  type Evidence,
  type JobIdentity,
  type JobProvider,
  type KubeObject,
} from '@keelson/domain';
import { classify } from '@keelson/k8s';
import { backoffMs } from '../kernel/backoff';
import { DeadlineError, withDeadline } from './deadline';
import type { JobCluster } from './job-cluster';

export interface JobOptions {
  readonly cluster: JobCluster;
  readonly identity: JobIdentity;
  /** Where the Job runs unless its manifest says so. */
  readonly namespace: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Polled, because a Job is watched for seconds and a watch of its own costs the cluster more than the requests: about
 * six in the first three seconds, then one a second at most.
 */
const POLL = { base: 100, cap: 1000 };
const CLEAN_UP_MS = 5000;

/**
 * Runs a Job to its end and deletes it. Level-based: every step follows from what the cluster shows, so that a worker
 * which is stopped anywhere goes on with the same Job after its restart. Stopped between the Job's deletion and the
 * record of its outcome, it runs the Job again: a Job runs at least once.
 * An abort leaves the Job where it is, for the next worker; every other end deletes it.
 */
export const runJob = async ({ manifest }: JobProvider, options: JobOptions): Promise<Evidence> => {
  const { identity, namespace, timeoutMs, signal } = options;
  const job = jobObject(manifest, identity, { namespace, timeoutMs });
  try {
    const ended = await untilEnded(job, options);
    if (endedByTimeout(ended, manifest, timeoutMs)) throw new DeadlineError(timeoutMs);
    const evidence = jobEvidence(ended);
    if (evidence === undefined) throw new Error('the Job has not ended');
    return evidence;
  } finally {
    if (!signal.aborted) await remove(job, options);
  }
};

const untilEnded = async (job: KubeObject, options: JobOptions): Promise<KubeObject> => {
  let lastError = '';
  try {
    return await withDeadline(options.timeoutMs, options.signal, (signal) =>
      poll(job, options.cluster, signal, (message) => (lastError = message)),
    );
  } catch (error) {
    if (!(error instanceof DeadlineError) || lastError === '') throw error;
    throw new Error(`${error.message}; last: ${lastError}`, { cause: error });
  }
};

/** Goes on over errors that pass, until the deadline; `told` hears of the latest, and of its passing by ''. */
const poll = async (
  job: KubeObject,
  cluster: JobCluster,
  signal: AbortSignal,
  told: (error: string) => void,
): Promise<KubeObject> => {
  const ref = refOf(job);
  let seen = false;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const live = await cluster.get(ref, signal);
      if (live && jobEvidence(live)) return live;
      if (!live && seen) throw new Error('somebody else has deleted the Job');
      // One that is being deleted is a leftover: when it is gone, ours is made.
      if (!live) await cluster.apply(job, signal);
      seen ||= !live || live.metadata.deletionTimestamp === undefined;
      told('');
    } catch (error) {
      const { kind, message } = classify(error);
      // Not found can only be the namespace. What is refused now will be refused again.
      if (signal.aborted || kind === 'terminal' || kind === 'notFound' || kind === 'unauthorized')
        throw error;
      told(message);
    }
    await sleep(backoffMs(attempt, POLL), undefined, { signal });
  }
};

/** The outcome stands whether or not this works: the cluster itself removes an ended Job after an hour. */
const remove = async (job: KubeObject, { cluster, signal }: JobOptions): Promise<void> => {
  try {
    await withDeadline(CLEAN_UP_MS, signal, (each) => cluster.delete(refOf(job), each));
  } catch {
    return;
  }
};
