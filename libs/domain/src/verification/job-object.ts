import { trueCondition, explain } from '../health/conditions';
import type { KubeObject } from '../kubernetes/objects';
import { contentHash } from '../manifests/content-hash';
import { numberAt, recordAt, stringAt, type JsonObject } from '../manifests/json';
import type { JobEvidence } from './evidence';

/**
 * Label on the Jobs of verifications and on their pods: the run that they judge. Not the application's label: that one
 * marks what a plan holds, and the reconciler would prune a Job that no plan names.
 */
export const VERIFICATION_LABEL = 'keelson.dev/verification';

/** How long a Job that has ended is kept by its cluster if no worker deletes it. Whatever the manifest says: with 0 its end would never be seen. */
const SECONDS_KEPT = 3600;

/** What makes one measurement's Job different from every other. */
export interface JobIdentity {
  readonly run: string;
  /** Where the gate stands in the run, such as `canary/after/0`. */
  readonly gate: string;
  readonly index: number;
  readonly cluster: string;
}

/** The same measurement has the same name, so that a worker that restarts finds its Job instead of starting another. */
export const jobName = ({ run, gate, index, cluster }: JobIdentity): string =>
  `keelson-verification-${contentHash([run, gate, index, cluster]).slice(0, 20)}`;

/** A run's id may be longer than the 63 characters of a label's value, because application names may have 63. */
export const verificationLabelOf = (run: string): string =>
  run.length <= 63 ? run : `${run.slice(0, 46)}-${contentHash(run).slice(0, 16)}`;

/**
 * The Job as it is applied. The cluster itself ends it at the deadline and removes it an hour after its end, so that
 * nothing is left over when every worker is gone.
 */
export const jobObject = (
  manifest: JsonObject,
  identity: JobIdentity,
  { namespace, timeoutMs }: { readonly namespace: string; readonly timeoutMs: number },
): KubeObject => {
  const label = { [VERIFICATION_LABEL]: verificationLabelOf(identity.run) };
  const labelled = (metadata: JsonObject): JsonObject => ({
    ...metadata,
    labels: { ...recordAt(metadata, 'labels'), ...label },
  });
  const spec = recordAt(manifest, 'spec');
  const template = recordAt(spec, 'template');
  const deadline = numberAt(spec, 'activeDeadlineSeconds') ?? Infinity;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...labelled(recordAt(manifest, 'metadata')), name: jobName(identity), namespace },
    spec: {
      ...spec,
      template: { ...template, metadata: labelled(recordAt(template, 'metadata')) },
      activeDeadlineSeconds: Math.min(deadline, Math.ceil(timeoutMs / 1000)),
      ttlSecondsAfterFinished: SECONDS_KEPT,
    },
  };
};

export const namespaceOfJob = (manifest: JsonObject): string | undefined =>
  stringAt(manifest, 'metadata', 'namespace');

/** What a Job that has ended shows; `undefined` while it has not. */
export const jobEvidence = (job: KubeObject): JobEvidence | undefined => {
  const complete = trueCondition(job, 'Complete');
  const failure = trueCondition(job, 'Failed');
  if (!complete && !failure) return undefined;
  return {
    kind: 'job',
    complete: !failure,
    succeeded: numberAt(job, 'status', 'succeeded') ?? 0,
    failed: numberAt(job, 'status', 'failed') ?? 0,
    message: failure ? `the job has failed: ${explain(failure)}` : 'the job is complete',
  };
};

/** True when the cluster ended the Job at the verification's timeout, not at a deadline of the manifest's own. */
export const endedByTimeout = (job: KubeObject, manifest: JsonObject, timeoutMs: number): boolean =>
  trueCondition(job, 'Failed')?.reason === 'DeadlineExceeded' &&
  (numberAt(manifest, 'spec', 'activeDeadlineSeconds') ?? Infinity) * 1000 > timeoutMs;
