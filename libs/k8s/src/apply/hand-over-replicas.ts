import { AUTOSCALED_MANAGER, type KubeObject } from '@keelson/domain';
import type { ClusterClient } from '../client/cluster-client';
import type { ApiResource } from '../discovery/resource';
import { isRecord } from '../drift/fields-v1';
import { ourFields } from '../drift/managed-fields';
import { patch } from './patch';

/**
 * Gives up a replica count that an autoscaler owns from now on, without changing it. An apply that merely stops naming
 * `spec.replicas` makes the API server take the field away, and the default is 1: a workload that got an autoscaler
 * would fall to one pod. So another manager takes the count as it is before ours lets it go
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership).
 * Answers the live object to go on from.
 */
export const handOverReplicas = async (
  client: Pick<ClusterClient, 'request'>,
  resource: ApiResource,
  planned: KubeObject,
  live: KubeObject,
  signal?: AbortSignal,
): Promise<KubeObject> => {
  if (namesReplicas(planned) || !ownsReplicas(live)) return live;
  const { apiVersion, kind, metadata } = live;
  const { name, namespace } = metadata;
  const body: KubeObject = {
    apiVersion,
    kind,
    metadata: namespace === undefined ? { name } : { name, namespace },
    spec: { replicas: (live['spec'] as { replicas: number }).replicas },
  };
  return patch(client, resource, body, { onto: live, fieldManager: AUTOSCALED_MANAGER, signal });
};

const namesReplicas = ({ spec }: KubeObject): boolean => isRecord(spec) && spec['replicas'] !== undefined;

const ownsReplicas = (live: KubeObject): boolean => {
  const { spec } = live;
  const fields = ourFields(live);
  const ofSpec = isRecord(fields) ? fields['f:spec'] : undefined;
  return isRecord(ofSpec) && 'f:replicas' in ofSpec && isRecord(spec) && typeof spec['replicas'] === 'number';
};
