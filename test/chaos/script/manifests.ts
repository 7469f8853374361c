import type { KubeObject } from '@keelson/domain';

/** What varies between the manifests of one application. */
export interface Shape {
  /** Different in every manifest, so that none can pass for another. */
  readonly mark: string;
  readonly replicas: number;
  readonly image: string;
  readonly surge?: number;
  readonly service: boolean;
  /** Numbers of further ConfigMaps: they come and go. */
  readonly extras: readonly number[];
  /** Replicas of a StatefulSet, where there is one. */
  readonly database?: number;
  /** A key that comes and goes. */
  readonly hint: boolean;
}

/** Names carry the application's, because several live in one namespace. */
export const manifestsOf = (app: string, namespace: string, shape: Shape): KubeObject[] => [
  configMap(namespace, `${app}-settings`, { mark: shape.mark, ...(shape.hint ? { hint: 'yes' } : {}) }),
  deployment(app, namespace, shape),
  ...(shape.service ? [service(app, namespace)] : []),
  ...shape.extras.map((extra) => configMap(namespace, `${app}-extra-${extra}`, { mark: shape.mark })),
  ...(shape.database === undefined ? [] : [statefulSet(app, namespace, shape.database)]),
];

const configMap = (namespace: string, name: string, data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});

const deployment = (app: string, namespace: string, { replicas, image, surge, mark }: Shape): KubeObject => {
  const labels = { app: `${app}-web` };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `${app}-web`, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      ...(surge === undefined
        ? {}
        : { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: surge, maxUnavailable: 1 } } }),
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image, env: [{ name: 'MARK', value: mark }] }] },
      },
    },
  };
};

const service = (app: string, namespace: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: app, namespace },
  spec: { selector: { app: `${app}-web` }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
});

const statefulSet = (app: string, namespace: string, replicas: number): KubeObject => {
  const labels = { app: `${app}-db` };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: `${app}-db`, namespace, labels },
    spec: {
      replicas,
      serviceName: `${app}-db`,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'db', image: 'db:1' }] } },
    },
  };
};
