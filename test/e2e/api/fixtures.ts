export const deployment = (image = 'registry.example/web:1'): Record<string, any> => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image }] },
    },
  },
});

export const application = (change: object = {}): Record<string, any> => ({
  namespace: 'shop',
  manifests: [deployment()],
  placement: { clusterSelector: {} },
  ...change,
});

export const cluster = (change: object = {}): Record<string, any> => ({
  labels: { tier: 'canary' },
  connection: { server: 'https://cluster.example:6443', token: 'secret-token' },
  ...change,
});

/** `depth` levels of nesting as JSON text; JSON.stringify itself would not survive making it. */
export const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
