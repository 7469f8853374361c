import type { KubeObject } from '@keelson/domain';

/** The application that is measured: a Namespace, a ConfigMap and a Deployment with one replica. */
export const NAMESPACE = 'bench';
export const APPLICATION = 'bench';

/** Two images in turn: every round changes exactly one field. */
export const imageOf = (round: number): string =>
  `registry.example/bench:${round % 2 === 0 ? 'even' : 'odd'}`;

const labels = { app: APPLICATION };

export const objects = (): KubeObject[] => [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: APPLICATION, namespace: NAMESPACE },
    data: { text: 'x'.repeat(512) },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: APPLICATION, namespace: NAMESPACE },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'web', image: imageOf(0) }] },
      },
    },
  },
];

/** The body of PUT /v1/applications/bench: one stage, every cluster at once, no gates. */
export const definition = () => ({
  namespace: NAMESPACE,
  manifests: objects(),
  placement: { clusterSelector: { matchLabels: { bench: 'yes' } } },
  strategy: {
    stages: [{ name: 'all', maxConcurrency: '100%', maxFailures: 0 }],
    progressDeadline: '10m',
    onFailure: 'Pause',
  },
});
