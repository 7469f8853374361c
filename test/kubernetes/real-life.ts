/** An application as people have them: every kind that the order of applying, defaulting and health must cope with. */
export const realLife = (namespace: string, crdGroup: string, image = 'registry.example/shop:1') => {
  const labels = { app: 'shop' };
  return {
    labels,
    manifests: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { team: 'shop' } } },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings' },
        data: { greeting: 'hello', 'app.yaml': 'log: info\nworkers: 4\n' },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'shop' },
        spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'shop', labels },
        spec: {
          replicas: 4,
          selector: { matchLabels: labels },
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
          template: {
            metadata: { labels },
            spec: {
              containers: [
                {
                  name: 'main',
                  image,
                  ports: [{ containerPort: 8080 }],
                  envFrom: [{ configMapRef: { name: 'settings' } }],
                  resources: { requests: { cpu: '0.1', memory: '65536Ki' } },
                  readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
                },
              ],
            },
          },
        },
      },
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'shop' },
        spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'gateway' },
        spec: {
          selector: { matchLabels: { app: 'gateway' } },
          template: {
            metadata: { labels: { app: 'gateway' } },
            spec: {
              containers: [
                {
                  name: 'gateway',
                  image: 'registry.example/gateway:1',
                  resources: { requests: { cpu: '50m' } },
                },
              ],
            },
          },
        },
      },
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'gateway' },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'gateway' },
          minReplicas: 1,
          maxReplicas: 3,
          metrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
            },
          ],
        },
      },
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `coupons.${crdGroup}` },
        spec: {
          group: crdGroup,
          scope: 'Namespaced',
          names: { plural: 'coupons', singular: 'coupon', kind: 'Coupon' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: {
                  type: 'object',
                  properties: { spec: { type: 'object', properties: { percent: { type: 'integer' } } } },
                },
              },
            },
          ],
        },
      },
      { apiVersion: `${crdGroup}/v1`, kind: 'Coupon', metadata: { name: 'welcome' }, spec: { percent: 10 } },
    ],
  };
};
