import type { KubeObject, Labels } from '@keelson/domain';
import type { BenchOptions } from './options';

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

/** How a release goes through the clusters. */
export type Shape = Pick<BenchOptions, 'stages' | 'concurrency'>;

/** Labels of a cluster, by its place among `of`: its stage has its share of them, in their order. */
export const labelsOf = (index: number, of: number, { stages }: Shape): Labels => {
  let share = 0;
  const stage = stages.findIndex((percent) => index < Math.round(((share += percent) / 100) * of));
  return { bench: 'yes', stage: nameOf(stage) };
};

const nameOf = (stage: number): string => `stage-${stage + 1}`;

/** The body of PUT /v1/applications/bench: no gates, and no failure is tolerated. */
export const definition = ({ stages, concurrency }: Shape) => ({
  namespace: NAMESPACE,
  manifests: objects(),
  placement: { clusterSelector: { matchLabels: { bench: 'yes' } } },
  // The same objects as the bare loop's.
  disruptionBudget: 'None',
  strategy: {
    stages: stages.map((_, stage) => ({
      name: nameOf(stage),
      clusterSelector: { matchLabels: { stage: nameOf(stage) } },
      maxConcurrency: concurrency,
      maxFailures: 0,
    })),
    progressDeadline: '10m',
    onFailure: 'Pause',
  },
});
