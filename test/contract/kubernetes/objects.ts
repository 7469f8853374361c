/** The objects that the contract is spoken in. */
export const configMap = (name: string, data: Record<string, string>, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

/** Images by container name, in order. */
export type Images = Readonly<Record<string, string>>;

export interface DeploymentShape {
  readonly image?: string;
  /** Instead of `image`, which is that of the only container `main`. */
  readonly images?: Images;
  readonly replicas?: number;
  readonly spec?: object;
  readonly labels?: object;
}

/** A pod template whose pods stop at once and are found by the label `app`. */
export const podTemplate = (app: string, images: Images = { main: 'registry.example/app:1' }) => ({
  metadata: { labels: { app } },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: Object.entries(images).map(([name, image]) => ({ name, image })),
  },
});

export const deployment = (name: string, shape: DeploymentShape = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, ...(shape.labels ? { labels: shape.labels } : {}) },
  spec: {
    ...(shape.replicas === undefined ? {} : { replicas: shape.replicas }),
    selector: { matchLabels: { app: name } },
    template: podTemplate(name, shape.images ?? { main: shape.image ?? 'registry.example/app:1' }),
    ...shape.spec,
  },
});

export const service = (name: string, ports: object[]) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports },
});
