import { type KubeObject } from '@keelson/domain';
import { type ResourceType } from '../api/resource-type';
import {
  BUDGET,
  CONTROLLER_REVISION,
  CRON_JOB,
  METADATA_ONLY,
  NODE,
  PLAIN,
  POD,
  SERVICE,
  SERVICE_ACCOUNT,
  WORKLOAD,
} from '../fields/builtin-schemas';
import { fill } from '../json';
import { configMapDefaults, configMapProblems, secretDefaults, secretProblems } from './config';
import { claimDefaults, crdDefaults, crdProblems, namespaceDefaults, protectClaim } from './cluster-kinds';
import { podDefaults, podProblems } from './pod';
import {
  budgetProblems,
  autoscalerDefaults,
  autoscalerProblems,
  ingressDefaults,
  networkPolicyDefaults,
} from './policy';
import { WORKLOAD_SCALE } from './scale';
import { allocateAddress, serviceDefaults, serviceProblems } from './service';
import {
  allocateSelector,
  countTemplates,
  controllerRevisionProblems,
  cronJobDefaults,
  daemonSetDefaults,
  deploymentDefaults,
  firstTemplate,
  jobDefaults,
  jobProblems,
  replicaSetDefaults,
  statefulSetDefaults,
  statefulSetProblems,
  workloadProblems,
} from './workloads';

const unchanged = (object: KubeObject): KubeObject => object;
const noProblems = () => [];

type Part = Partial<ResourceType> & Pick<ResourceType, 'group' | 'kind' | 'plural'>;

const define = (part: Part): ResourceType => ({
  versions: ['v1'],
  singular: part.kind.toLowerCase(),
  shortNames: [],
  namespaced: true,
  hasStatus: false,
  generation: 'none',
  custom: false,
  updatesUnconditionally: true,
  schema: PLAIN,
  defaults: unchanged,
  allocate: unchanged,
  advance: unchanged,
  validate: noProblems,
  ...part,
});

/** Kinds without status, defaults or controllers worth simulating. */
const plain = (group: string, kind: string, plural: string, more: Partial<ResourceType> = {}) =>
  define({ group, kind, plural, schema: METADATA_ONLY, ...more });

const workload = (part: Part) =>
  define({ hasStatus: true, generation: 'spec', schema: WORKLOAD, validate: workloadProblems, ...part });

const RBAC = 'rbac.authorization.k8s.io';

const core: ResourceType[] = [
  define({
    group: '',
    kind: 'Namespace',
    plural: 'namespaces',
    shortNames: ['ns'],
    namespaced: false,
    hasStatus: true,
    defaults: namespaceDefaults,
  }),
  define({
    group: '',
    kind: 'Pod',
    plural: 'pods',
    shortNames: ['po'],
    hasStatus: true,
    schema: POD,
    defaults: podDefaults,
    validate: podProblems,
  }),
  define({
    group: '',
    kind: 'Service',
    plural: 'services',
    shortNames: ['svc'],
    hasStatus: true,
    schema: SERVICE,
    defaults: serviceDefaults,
    allocate: allocateAddress,
    validate: serviceProblems,
  }),
  define({
    group: '',
    kind: 'Node',
    plural: 'nodes',
    shortNames: ['no'],
    namespaced: false,
    hasStatus: true,
    bornWithStatus: true,
    schema: NODE,
  }),
  define({
    group: '',
    kind: 'PersistentVolumeClaim',
    plural: 'persistentvolumeclaims',
    shortNames: ['pvc'],
    hasStatus: true,
    defaults: claimDefaults,
    allocate: protectClaim,
  }),
  plain('', 'ConfigMap', 'configmaps', {
    shortNames: ['cm'],
    defaults: configMapDefaults,
    validate: configMapProblems,
  }),
  plain('', 'Secret', 'secrets', { defaults: secretDefaults, validate: secretProblems }),
  plain('', 'ServiceAccount', 'serviceaccounts', { shortNames: ['sa'], schema: SERVICE_ACCOUNT }),
  plain('', 'Event', 'events', { shortNames: ['ev'] }),
];

const workloads: ResourceType[] = [
  workload({
    group: 'apps',
    kind: 'Deployment',
    plural: 'deployments',
    shortNames: ['deploy'],
    generation: 'specOrAnnotations',
    defaults: deploymentDefaults,
    scale: WORKLOAD_SCALE,
  }),
  workload({
    group: 'apps',
    kind: 'ReplicaSet',
    plural: 'replicasets',
    shortNames: ['rs'],
    defaults: replicaSetDefaults,
    scale: WORKLOAD_SCALE,
  }),
  workload({
    group: 'apps',
    kind: 'StatefulSet',
    plural: 'statefulsets',
    shortNames: ['sts'],
    defaults: statefulSetDefaults,
    scale: WORKLOAD_SCALE,
    allocate: (object) => fill(object, { status: { replicas: 0 } }),
    validate: statefulSetProblems,
  }),
  workload({
    group: 'apps',
    kind: 'DaemonSet',
    plural: 'daemonsets',
    shortNames: ['ds'],
    defaults: daemonSetDefaults,
    allocate: firstTemplate,
    advance: countTemplates,
  }),
  plain('apps', 'ControllerRevision', 'controllerrevisions', {
    schema: CONTROLLER_REVISION,
    validate: controllerRevisionProblems,
  }),
  workload({
    group: 'batch',
    kind: 'Job',
    plural: 'jobs',
    defaults: jobDefaults,
    allocate: allocateSelector,
    validate: jobProblems,
  }),
  workload({
    group: 'batch',
    kind: 'CronJob',
    plural: 'cronjobs',
    shortNames: ['cj'],
    schema: CRON_JOB,
    defaults: cronJobDefaults,
    validate: noProblems,
  }),
];

const others: ResourceType[] = [
  define({
    group: 'policy',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    shortNames: ['pdb'],
    hasStatus: true,
    generation: 'spec',
    updatesUnconditionally: false,
    schema: BUDGET,
    validate: budgetProblems,
  }),
  define({
    group: 'autoscaling',
    versions: ['v2'],
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    shortNames: ['hpa'],
    hasStatus: true,
    defaults: autoscalerDefaults,
    validate: autoscalerProblems,
  }),
  define({
    group: 'networking.k8s.io',
    kind: 'Ingress',
    plural: 'ingresses',
    shortNames: ['ing'],
    hasStatus: true,
    generation: 'spec',
    defaults: ingressDefaults,
  }),
  plain('networking.k8s.io', 'NetworkPolicy', 'networkpolicies', {
    shortNames: ['netpol'],
    generation: 'spec',
    defaults: networkPolicyDefaults,
  }),
  plain(RBAC, 'Role', 'roles'),
  plain(RBAC, 'RoleBinding', 'rolebindings'),
  plain(RBAC, 'ClusterRole', 'clusterroles', { namespaced: false }),
  plain(RBAC, 'ClusterRoleBinding', 'clusterrolebindings', { namespaced: false }),
  plain('coordination.k8s.io', 'Lease', 'leases'),
  define({
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    shortNames: ['crd', 'crds'],
    namespaced: false,
    hasStatus: true,
    generation: 'spec',
    defaults: crdDefaults,
    validate: crdProblems,
  }),
];

export const BUILTIN_TYPES: readonly ResourceType[] = [...core, ...workloads, ...others];
