import type { KubeObject } from '@keelson/domain';

export interface Given {
  readonly name: string;
  readonly replicas?: number;
  readonly sidecar: string;
  /** Everything else in the pod. */
  readonly mode?: string;
  readonly spec?: object;
}

export const FIRST_SIDECAR = 'registry.example/log:1';

/** Annotation of the pods: the sidecar's image. */
export const SIDECAR = 'example.com/sidecar';
/** Label that only pods with a later sidecar have. */
export const UPGRADED = 'example.com/upgraded';

/** A business container and a sidecar, written as people write them: quantities, defaults and zero values included. */
const template = (name: string, sidecar: string, mode: string) => ({
  metadata: {
    labels: { app: name, ...(sidecar === FIRST_SIDECAR ? {} : { [UPGRADED]: 'yes' }) },
    annotations: { [SIDECAR]: sidecar },
  },
  spec: {
    containers: [
      {
        name: 'main',
        image: 'registry.example/shop:1',
        env: [
          { name: 'MODE', value: mode },
          { name: 'EMPTY', value: '' },
        ],
        ports: [{ containerPort: 8080 }],
        resources: { requests: { cpu: '0.1', memory: '65536Ki' } },
      },
      { name: 'log', image: sidecar, stdin: false },
    ],
  },
});

type Kind = (given: Given) => KubeObject;

const workload =
  (kind: string, own: (given: Given) => object): Kind =>
  (given) => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: given.name, labels: { app: given.name } },
    spec: {
      selector: { matchLabels: { app: given.name } },
      ...own(given),
      ...given.spec,
      template: template(given.name, given.sidecar, given.mode ?? 'fast'),
    },
  });

export const KINDS: Readonly<Record<string, Kind>> = {
  Deployment: workload('Deployment', ({ replicas = 4 }) => ({
    replicas,
    minReadySeconds: 1,
    strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
  })),
  StatefulSet: workload('StatefulSet', ({ name, replicas = 4 }) => ({
    replicas,
    serviceName: name,
    podManagementPolicy: 'Parallel',
  })),
  DaemonSet: workload('DaemonSet', () => ({ updateStrategy: { rollingUpdate: { maxUnavailable: 1 } } })),
};
