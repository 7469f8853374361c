import { groupOf, type KubeObject } from '../kubernetes/objects';
import { stringAt } from './json';

/** Built-in kinds without a namespace, by API group. What is not listed is namespaced unless its CRD says otherwise. */
const CLUSTER_SCOPED: Readonly<Record<string, readonly string[]>> = {
  '': ['Namespace', 'Node', 'PersistentVolume', 'ComponentStatus'],
  'admissionregistration.k8s.io': [
    'MutatingWebhookConfiguration',
    'ValidatingWebhookConfiguration',
    'MutatingAdmissionPolicy',
    'MutatingAdmissionPolicyBinding',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
  ],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'apiregistration.k8s.io': ['APIService'],
  'certificates.k8s.io': ['CertificateSigningRequest', 'ClusterTrustBundle'],
  'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
  'networking.k8s.io': ['IngressClass', 'IPAddress', 'ServiceCIDR'],
  'node.k8s.io': ['RuntimeClass'],
  policy: ['PodSecurityPolicy'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
  'resource.k8s.io': ['DeviceClass', 'ResourceSlice'],
  'scheduling.k8s.io': ['PriorityClass'],
  'storage.k8s.io': ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment', 'VolumeAttributesClass'],
};

export const isClusterScopedBuiltIn = (apiVersion: string, kind: string): boolean =>
  CLUSTER_SCOPED[groupOf(apiVersion)]?.includes(kind) ?? false;

export const isCrd = (object: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean =>
  object.kind === 'CustomResourceDefinition' && groupOf(object.apiVersion) === 'apiextensions.k8s.io';

/**
 * Tells which kinds of these manifests have no namespace: the built-in ones, and those whose CRD is among them.
 * Other custom kinds count as namespaced until a cluster's discovery says otherwise.
 */
export const clusterScopeOf = (
  objects: readonly KubeObject[],
): ((apiVersion: string, kind: string) => boolean) => {
  const custom = new Set(
    objects
      .filter((object) => isCrd(object) && stringAt(object, 'spec', 'scope') === 'Cluster')
      .map((crd) => `${stringAt(crd, 'spec', 'group')}/${stringAt(crd, 'spec', 'names', 'kind')}`),
  );
  return (apiVersion, kind) =>
    isClusterScopedBuiltIn(apiVersion, kind) || custom.has(`${groupOf(apiVersion)}/${kind}`);
};
