/** The objects that the contract is spoken in. */
export const configMap = (name: string, data: Record<string, string>, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

export interface DeploymentShape {
  readonly image?: string;
  readonly replicas?: number;
  readonly spec?: object;
  readonly labels?: object;
}

export const deployment = (name: string, shape: DeploymentShape = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, ...(shape.labels ? { labels: shape.labels } : {}) },
  spec: {
    ...(shape.replicas === undefined ? {} : { replicas: shape.replicas }),
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'main', image: shape.image ?? 'registry.example/app:1' }],
      },
    },
    ...shape.spec,
  },
});

export const service = (name: string, ports: object[]) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports },
});
