import type { KubeObject } from '@keelson/domain';
import type { BareRequest } from '../clusters/bare-client';

/** Beside others of the same cluster; a name of any application of this benchmark begins with it. */
export const PREFIX = 'app-';

const KIB = 1_024;

/** One application: a Deployment of no replicas and a ConfigMap of 1 KB. */
export const objectsOf = (name: string, namespace: string): KubeObject[] => [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    data: { text: 'x'.repeat(KIB) },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'web', image: 'registry.example/web:1' }] },
      },
    },
  },
];

export const namesOf = (applications: number): string[] =>
  Array.from({ length: applications }, (_, index) => `${PREFIX}${String(index + 1).padStart(4, '0')}`);

/** The body of PUT /v1/applications/NAME. No budget is made of it: the loop that it is compared with sends none. */
export const definitionOf = (name: string, namespace: string) => ({
  namespace,
  manifests: objectsOf(name, namespace),
  placement: { clusterSelector: { matchLabels: { bench: 'scale' } } },
  disruptionBudget: 'None',
});

const COLLECTIONS: Readonly<Record<string, string>> = {
  ConfigMap: '/api/v1/namespaces/NS/configmaps',
  Deployment: '/apis/apps/v1/namespaces/NS/deployments',
};

/** Where the benchmark's kinds are in a namespace. */
export const collectionsOf = (namespace: string): string[] =>
  Object.values(COLLECTIONS).map((path) => path.replace('NS', namespace));

const pathOf = ({ kind, metadata: { name, namespace = '' } }: KubeObject): string =>
  `${COLLECTIONS[kind]?.replace('NS', namespace)}/${name}`;

/** What a bare loop sends for the objects: the same marks, under names that Keelson does not look for. */
export const bareApplies = (objects: readonly KubeObject[]): BareRequest[] =>
  objects.map((object) => {
    const labels = { ...object.metadata.labels, 'baseline.dev/application': object.metadata.name };
    const marks = { 'baseline.dev/plan': 'f'.repeat(64), 'baseline.dev/generation': '1000' };
    const annotations = { ...object.metadata.annotations, ...marks };
    return {
      method: 'PATCH',
      path: `${pathOf(object)}?fieldManager=bare&force=true`,
      json: JSON.stringify({ ...object, metadata: { ...object.metadata, labels, annotations } }),
    };
  });

export const bareDeletes = (objects: readonly KubeObject[]): BareRequest[] =>
  objects.map((object) => ({
    method: 'DELETE',
    path: pathOf(object),
    json: JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' }),
  }));

export const creationOf = (namespace: string): BareRequest => ({
  method: 'POST',
  path: '/api/v1/namespaces',
  json: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
});
