import { FIELD_MANAGER, type KubeObject, type ObjectRef } from '@keelson/domain';
import { ApiError, type ClusterClient } from '@keelson/k8s';

/** The cluster that a verification's Job runs in. Every call throws `ApiError`, `NetworkError` or the signal's reason. */
export interface JobCluster {
  /** Creates the Job, or leaves it as it is. */
  apply(job: KubeObject, signal: AbortSignal): Promise<void>;
  /** `undefined` when there is none. */
  get(ref: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined>;
  /** Deletes the Job and, in the background, its pods. Nothing happens when there is none. */
  delete(ref: ObjectRef, signal: AbortSignal): Promise<void>;
}

/** Jobs are `batch/v1` in every version of Kubernetes that is left: no discovery is needed. */
const pathOf = ({ namespace = '', name }: ObjectRef): string =>
  `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/jobs/${encodeURIComponent(name)}`;

export const jobClusterOver = (client: Pick<ClusterClient, 'request'>): JobCluster => ({
  apply: async (job, signal) => {
    const path = pathOf({ ...job, ...job.metadata });
    await client.request('PATCH', path, {
      query: { fieldManager: FIELD_MANAGER, force: true },
      contentType: 'application/apply-patch+yaml',
      body: job,
      signal,
    });
  },
  get: (ref, signal) => orNothing(client.request<KubeObject>('GET', pathOf(ref), { signal })),
  delete: async (ref, signal) => {
    // Without a policy a Job's pods would be orphaned: that is the default of batch/v1.
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
    await orNothing(client.request('DELETE', pathOf(ref), { body, signal }));
  },
});

const orNothing = async <T>(answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
};
