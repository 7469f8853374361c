import { groupOf, keyOf, refOf, type KubeObject } from '../kubernetes/objects';
import { isClusterScopedBuiltIn } from '../manifests';

/**
 * The waves of an apply: what a later one needs is in an earlier one. Secret envelopes and SidecarSets stand with
 * the configuration, because pods that start without them start wrongly or not at all.
 */
const WAVES = [
  'definitions',
  'cluster',
  'access',
  'configuration',
  'services',
  'budgets',
  'workloads',
  'rest',
  'interceptors',
] as const;
type Wave = (typeof WAVES)[number];

const BY_KIND: Readonly<Record<string, Wave>> = {
  'apiextensions.k8s.io/CustomResourceDefinition': 'definitions',
  '/Namespace': 'definitions',
  '/ServiceAccount': 'access',
  'rbac.authorization.k8s.io/ClusterRole': 'access',
  'rbac.authorization.k8s.io/ClusterRoleBinding': 'access',
  'rbac.authorization.k8s.io/Role': 'access',
  'rbac.authorization.k8s.io/RoleBinding': 'access',
  '/ConfigMap': 'configuration',
  '/Secret': 'configuration',
  '/PersistentVolumeClaim': 'configuration',
  '/LimitRange': 'configuration',
  '/ResourceQuota': 'configuration',
  'networking.k8s.io/NetworkPolicy': 'configuration',
  'bitnami.com/SealedSecret': 'configuration',
  'external-secrets.io/ExternalSecret': 'configuration',
  'apps.kruise.io/SidecarSet': 'configuration',
  '/Service': 'services',
  '/Endpoints': 'services',
  'discovery.k8s.io/EndpointSlice': 'services',
  'policy/PodDisruptionBudget': 'budgets',
  '/Pod': 'workloads',
  '/ReplicationController': 'workloads',
  'apps/DaemonSet': 'workloads',
  'apps/Deployment': 'workloads',
  'apps/ReplicaSet': 'workloads',
  'apps/StatefulSet': 'workloads',
  'batch/CronJob': 'workloads',
  'batch/Job': 'workloads',
  'apps.kruise.io/AdvancedCronJob': 'workloads',
  'apps.kruise.io/BroadcastJob': 'workloads',
  'apps.kruise.io/CloneSet': 'workloads',
  'apps.kruise.io/DaemonSet': 'workloads',
  'apps.kruise.io/StatefulSet': 'workloads',
  // Until the workload behind them answers, these make the API server refuse or delay everybody's requests.
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': 'interceptors',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': 'interceptors',
  'apiregistration.k8s.io/APIService': 'interceptors',
};

const waveOf = ({ apiVersion, kind }: KubeObject): number => {
  const wave =
    BY_KIND[`${groupOf(apiVersion)}/${kind}`] ??
    (isClusterScopedBuiltIn(apiVersion, kind) ? 'cluster' : 'rest');
  return WAVES.indexOf(wave);
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Objects in the order of applying: by wave, and within a wave by identity, so that the order of the manifests
 * says nothing and two plans of the same objects are the same plan.
 */
export const applyOrder = (objects: readonly KubeObject[]): KubeObject[] =>
  objects
    .map((object) => ({ object, wave: waveOf(object), key: keyOf(refOf(object)) }))
    .sort((a, b) => a.wave - b.wave || compare(a.key, b.key))
    .map(({ object }) => object);

/** `applyOrder` cut into waves; the objects of one may be applied at the same time. None is empty. */
export const applyWaves = (objects: readonly KubeObject[]): KubeObject[][] => {
  const waves: KubeObject[][] = [];
  let current: number | undefined;
  for (const object of applyOrder(objects)) {
    const wave = waveOf(object);
    if (wave !== current) waves.push([]);
    current = wave;
    waves.at(-1)?.push(object);
  }
  return waves;
};

/** What was applied last goes first. */
export const deleteOrder = (objects: readonly KubeObject[]): KubeObject[] => applyOrder(objects).reverse();
