import { type KubeObject } from '@keelson/domain';

/**
 * The CRDs of OpenKruise as far as the product uses them: the published field names and subresources, and of
 * the schema only what says where a field is. Source: github.com/openkruise/kruise/apis/apps/v1alpha1.
 */

export const KRUISE_GROUP = 'apps.kruise.io';
export const KRUISE_VERSION = 'apps.kruise.io/v1alpha1';

const INT_OR_STRING = { 'x-kubernetes-int-or-string': true };
const WHOLE = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const STATUS = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const count = { type: 'integer', minimum: 0 };

const definition = (
  kind: string,
  scope: 'Namespaced' | 'Cluster',
  shortNames: readonly string[],
  spec: object,
  subresources: object,
): KubeObject => {
  const plural = `${kind.toLowerCase()}s`;
  const properties = { spec, status: STATUS };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${KRUISE_GROUP}` },
    spec: {
      group: KRUISE_GROUP,
      scope,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties } },
          subresources,
        },
      ],
    },
  };
};

export const CLONE_SET_CRD = definition(
  'CloneSet',
  'Namespaced',
  ['clone'],
  {
    type: 'object',
    required: ['selector', 'template'],
    properties: {
      replicas: count,
      selector: WHOLE,
      template: WHOLE,
      minReadySeconds: count,
      revisionHistoryLimit: count,
      scaleStrategy: { type: 'object', properties: { maxUnavailable: INT_OR_STRING } },
      updateStrategy: {
        type: 'object',
        properties: {
          type: { type: 'string', enum: ['ReCreate', 'InPlaceIfPossible', 'InPlaceOnly'] },
          partition: INT_OR_STRING,
          maxUnavailable: INT_OR_STRING,
          maxSurge: INT_OR_STRING,
          paused: { type: 'boolean' },
        },
      },
    },
  },
  {
    status: {},
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.labelSelector',
    },
  },
);

export const SIDECAR_SET_CRD = definition(
  'SidecarSet',
  'Cluster',
  [],
  {
    type: 'object',
    properties: {
      selector: WHOLE,
      namespace: { type: 'string' },
      containers: { type: 'array', items: WHOLE },
      volumes: { type: 'array', items: WHOLE },
      injectionStrategy: { type: 'object', properties: { paused: { type: 'boolean' } } },
      updateStrategy: {
        type: 'object',
        properties: {
          type: { type: 'string', enum: ['RollingUpdate', 'NotUpdate'] },
          paused: { type: 'boolean' },
          partition: INT_OR_STRING,
          maxUnavailable: INT_OR_STRING,
        },
      },
    },
  },
  { status: {} },
);
