import type { KubeObject } from '@keelson/domain';
import type { ClusterClient } from '../client/cluster-client';
import { isRecord } from '../drift/fields-v1';
import { listAt, stringAt } from '../drivers/json';
import { listAll } from '../watch/list-all';

const PODS = { group: '', version: 'v1', apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
const PAGE = 500;

/** Listed while a node is drained, and never watched: what runs on the other nodes is none of our business. */
export const podsToLeave = async (
  client: Pick<ClusterClient, 'request'>,
  node: string,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> => {
  const query = { fieldSelector: `spec.nodeName=${node}` };
  const { items } = await listAll(client, { resource: PODS }, query, PAGE, signal);
  return items.filter(mustLeave);
};

const MIRROR = 'kubernetes.io/config.mirror';

/**
 * Not those of a DaemonSet, which would be back at once; not mirrors of what the kubelet runs from its own files, which
 * the API server cannot evict; not those that have ended, which do not run, and whose deletion could have a Job run
 * them again.
 */
export const mustLeave = (pod: KubeObject): boolean =>
  !listAt(pod, 'metadata', 'ownerReferences').some(
    (owner) => isRecord(owner) && owner['controller'] === true && owner['kind'] === 'DaemonSet',
  ) &&
  pod.metadata.annotations?.[MIRROR] === undefined &&
  !['Succeeded', 'Failed'].includes(stringAt(pod, 'status', 'phase') ?? '');
