import type { KubeObject } from '@keelson/domain';

/** Objects as an API server has them, for tables. */

/** The live object that an apply left, with what the server and the controller add. */
export const liveOf = (
  applied: KubeObject,
  given: { spec?: object; status?: object; generation?: number; annotations?: Record<string, string> } = {},
): KubeObject => ({
  ...applied,
  metadata: {
    ...applied.metadata,
    uid: 'owner',
    generation: given.generation ?? 1,
    annotations: { ...applied.metadata.annotations, ...given.annotations },
  },
  spec: { ...(applied['spec'] as object), ...given.spec },
  status: { observedGeneration: 1, ...given.status },
});

export interface PodShape {
  readonly name?: string;
  readonly ready?: boolean;
  readonly labels?: Record<string, string>;
  readonly owner?: string;
  /** The reason that its only container gives for waiting. */
  readonly waits?: string;
  readonly deleted?: boolean;
}

export const pod = ({
  name = 'web-0',
  ready = true,
  labels = {},
  owner = 'owner',
  ...rest
}: PodShape): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'shop',
    uid: `uid-${name}`,
    resourceVersion: '7',
    labels,
    ownerReferences: [{ uid: owner, controller: true }],
    ...(rest.deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
  },
  spec: { containers: [{ name: 'main', image: 'app:2' }] },
  status: {
    phase: rest.waits ? 'Pending' : 'Running',
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    ...(rest.waits
      ? {
          containerStatuses: [
            { name: 'main', state: { waiting: { reason: rest.waits, message: 'back-off' } } },
          ],
        }
      : {}),
  },
});

export interface SetShape {
  readonly uid: string;
  readonly revision: number;
  readonly replicas: number;
  readonly ready?: number;
  readonly pods?: number;
  readonly template?: string;
  readonly sizedFor?: number;
  readonly conditions?: readonly object[];
}

export const replicaSet = (shape: SetShape): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: shape.uid,
    namespace: 'shop',
    uid: shape.uid,
    ownerReferences: [{ uid: 'owner', controller: true }],
    annotations: {
      'deployment.kubernetes.io/revision': String(shape.revision),
      'deployment.kubernetes.io/desired-replicas': String(shape.sizedFor ?? 10),
      ...(shape.template ? { 'keelson.dev/template': shape.template } : {}),
    },
  },
  spec: { replicas: shape.replicas },
  status: {
    replicas: shape.pods ?? shape.replicas,
    readyReplicas: shape.ready ?? shape.replicas,
    conditions: shape.conditions ?? [],
  },
});
