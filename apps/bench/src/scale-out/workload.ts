import type { Watched } from '../scale/namespace-watch';
import { objectsOf } from '../scale/workload';

export const NAMESPACE = 'bench';

/** Pods of every workload, before the scale-out and after it. */
export const REPLICAS = { before: 2, after: 3 };

/** A release as people make one: half of the clusters at a time, half of the pods first, and a look at each half. */
const STRATEGY = {
  stages: [{ name: 'all', maxConcurrency: '50%', maxFailures: 0 }],
  batches: ['50%', '100%'],
  minSuccessTime: '10s',
  progressDeadline: '30m',
  onFailure: 'Pause',
};

/** The body of PUT /v1/applications/NAME. */
export const definitionOf = (name: string) => ({
  namespace: NAMESPACE,
  manifests: objectsOf(name, NAMESPACE).map((object) =>
    object.kind === 'Deployment'
      ? { ...object, spec: { ...(object['spec'] as object), replicas: REPLICAS.before } }
      : object,
  ),
  placement: { clusterSelector: { matchLabels: { bench: 'scale-out' } } },
  strategy: STRATEGY,
});

/** It has the wanted count of pods, all Ready, of whichever release; a rolling update has more of them at times. */
export const isScaled = ({ spec, status }: Watched): boolean =>
  spec?.replicas === REPLICAS.after && (status?.readyReplicas ?? 0) >= REPLICAS.after;

/** Nothing of the last round is left to be done. */
export const isAsBefore = ({ metadata, spec, status }: Watched): boolean =>
  spec?.replicas === REPLICAS.before &&
  status?.observedGeneration === metadata.generation &&
  status?.replicas === REPLICAS.before &&
  status.readyReplicas === REPLICAS.before;
