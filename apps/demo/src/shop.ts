/** The application of the demo, as a user would write it: no Keelson in the manifests. */

export const APPLICATION = 'shop';
export const REPLICAS = 4;

/** In the first releases; leaves the manifests in the last one. */
export const LEGACY = 'shop-legacy';
export const SETTINGS = 'shop-settings';

/** What a user's own change of the fleet's objects is attributed to. */
export const FOREIGN_MANAGER = 'kubectl-edit';

export const imageOf = (version: string): string => `registry.example/shop:${version}`;

const labels = { app: APPLICATION };

const configMap = (name: string, data: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: APPLICATION },
  spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
};

/** Never fewer pods than wanted while it rolls: a bad image costs no capacity. */
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: APPLICATION },
  spec: {
    replicas: REPLICAS,
    selector: { matchLabels: labels },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } },
    template: {
      metadata: { labels },
      spec: {
        containers: [
          {
            name: 'web',
            image: imageOf('0.0'),
            ports: [{ name: 'http', containerPort: 8080 }],
            envFrom: [{ configMapRef: { name: SETTINGS } }],
          },
        ],
      },
    },
  },
};

/** Two stages: the canaries alone, then production two clusters at a time; one of those may be lost on the way. */
export const strategy = (progressDeadline: string) => ({
  stages: [
    {
      name: 'canary',
      clusterSelector: { matchLabels: { tier: 'canary' } },
      maxConcurrency: '100%',
      maxFailures: 0,
    },
    {
      name: 'production',
      clusterSelector: { matchLabels: { tier: 'prod' } },
      maxConcurrency: 2,
      maxFailures: 1,
    },
  ],
  minSuccessTime: '500ms',
  progressDeadline,
  onFailure: 'Pause',
});

/** The body of PUT /v1/applications/shop. */
export const definition = ({ legacy }: { legacy: boolean }) => ({
  namespace: APPLICATION,
  labels: { team: 'storefront' },
  manifests: [
    configMap(SETTINGS, { currency: 'EUR', checkout: 'v2' }),
    ...(legacy ? [configMap(LEGACY, { checkout: 'v1' })] : []),
    service,
    deployment,
  ],
  placement: {
    clusterSelector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['canary', 'prod'] }] },
  },
  strategy: strategy('60s'),
});
