import type { KubeObject } from '../kubernetes/objects';
import { numberAt, valueAt } from '../manifests/json';
import { explain, trueCondition } from './conditions';
import { current, failed, inProgress, type Health } from './health';

/**
 * A Job is Current when it is complete. kstatus has it Current as soon as it runs; but a Job among the manifests
 * of a release is a migration, and nothing may go on before it is done.
 */
export const assessJob = (job: KubeObject): Health => {
  const failure = trueCondition(job, 'Failed') ?? trueCondition(job, 'FailureTarget');
  if (failure) return failed(`the job has failed: ${explain(failure)}`);
  if (trueCondition(job, 'Complete')) return current('the job is complete');
  if (valueAt(job, 'spec', 'suspend') === true) return current('the job is suspended, as its spec says');
  const of = (field: string): number => numberAt(job, 'status', field) ?? 0;
  return inProgress(`active ${of('active')}, succeeded ${of('succeeded')}, failed ${of('failed')}`);
};
