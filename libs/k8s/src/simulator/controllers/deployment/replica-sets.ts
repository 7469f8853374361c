import { type KubeObject } from '@keelson/domain';
import { equal, objectAt, without } from '../../json';
import { type Fence, RECREATE, type Size, fenceOf } from './arithmetic';

export const REVISION = 'deployment.kubernetes.io/revision';
export const DESIRED = 'deployment.kubernetes.io/desired-replicas';
export const MAX = 'deployment.kubernetes.io/max-replicas';
export const HISTORY = 'deployment.kubernetes.io/revision-history';
export const HASH_LABEL = 'pod-template-hash';

/** Annotations of a Deployment that are not copied to its ReplicaSets. */
const NOT_COPIED: readonly string[] = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  REVISION,
  HISTORY,
  DESIRED,
  MAX,
];

export const annotationsOf = ({ metadata }: KubeObject): Record<string, string> => metadata.annotations ?? {};

export const replicasOf = (object: KubeObject): number => Number(objectAt(object, 'spec').replicas ?? 0);

export const statusCount = (object: KubeObject, field: string): number =>
  Number(objectAt(object, 'status')[field] ?? 0);

export const isActiveSet = (replicaSet: KubeObject): boolean => replicasOf(replicaSet) > 0;

export const revisionOf = (object: KubeObject): number => Number(annotationsOf(object)[REVISION] ?? 0);

/** Oldest first; a resourceVersion cannot serve, because every write moves it. */
export const ageOf = ({ metadata }: KubeObject): number => Date.parse(String(metadata.creationTimestamp));

export const byAge = (a: KubeObject, b: KubeObject): number =>
  ageOf(a) - ageOf(b) || revisionOf(a) - revisionOf(b);

export const sizeOf = (replicaSet: KubeObject): Size => {
  const max = annotationsOf(replicaSet)[MAX];
  return {
    name: replicaSet.metadata.name,
    replicas: replicasOf(replicaSet),
    available: statusCount(replicaSet, 'availableReplicas'),
    maxReplicas: max === undefined ? undefined : Number(max),
    // Creation times have whole seconds; the revision orders those of the same second.
    age: ageOf(replicaSet) + revisionOf(replicaSet) / 1000,
  };
};

export const strategyOf = (deployment: KubeObject): 'RollingUpdate' | 'Recreate' =>
  objectAt(objectAt(deployment, 'spec'), 'strategy').type === 'Recreate' ? 'Recreate' : 'RollingUpdate';

export const fenceFor = (deployment: KubeObject): Fence => {
  const replicas = replicasOf(deployment);
  if (strategyOf(deployment) === 'Recreate') return RECREATE(replicas);
  const { maxSurge, maxUnavailable } = objectAt(
    objectAt(objectAt(deployment, 'spec'), 'strategy'),
    'rollingUpdate',
  );
  return fenceOf(replicas, maxSurge, maxUnavailable);
};

const withoutHash = (template: unknown): unknown => {
  const object = objectAt({ template }, 'template');
  const metadata = objectAt(object, 'metadata');
  const labels = without(objectAt(metadata, 'labels'), HASH_LABEL);
  return { ...object, metadata: { ...metadata, labels } };
};

/** Templates are the same when they differ in nothing but the hash label. */
export const isSameTemplate = (a: KubeObject, b: KubeObject): boolean =>
  equal(withoutHash(objectAt(a, 'spec').template), withoutHash(objectAt(b, 'spec').template));

export const copiedAnnotations = (deployment: KubeObject): Record<string, string> =>
  Object.fromEntries(
    Object.entries(annotationsOf(deployment)).filter(([name]) => !NOT_COPIED.includes(name)),
  );

/** What the Deployment wants, noted on each ReplicaSet that is scaled: how scaling is told from rolling. */
export const replicaAnnotations = (deployment: KubeObject): Record<string, string> => {
  const { replicas, maxSurge } = fenceFor(deployment);
  return { [DESIRED]: String(replicas), [MAX]: String(replicas + maxSurge) };
};
