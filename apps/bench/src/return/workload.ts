import type { KubeObject } from '@keelson/domain';
import type { FaultPlan } from '@keelson/k8s';
import { namesOf, objectsOf } from '../scale/workload';
import { VERSION } from '../simulator/protocol';
import type { Goal } from './arrival';

/** Where Keelson's objects are, and where the bare loop's. */
export const OWN = 'bench';
export const BARE = 'bench-bare';

/** While the clusters are away; the deletions come after them. */
export const RELEASES = 3;

/** How a cluster may be away; they take turns. */
export const WAYS = {
  /** Connections are reset, new ones at once. */
  reset: { unreachable: true },
  /** Nothing is answered; what was open is reset at the return. */
  silent: { stalled: true },
  /** Nothing is answered; what was open stays silent for ever, as when a router forgot it. */
  forgotten: { stalled: true, forgets: true },
} as const satisfies Readonly<Record<string, FaultPlan>>;

export type Way = keyof typeof WAYS;

/** Every second cluster, and the way that it goes. The others show what the rest of the fleet gets meanwhile. */
export const goingAway = (clusters: readonly string[]): ReadonlyMap<string, Way> => {
  const ways = Object.keys(WAYS) as Way[];
  const going = clusters.filter((_, index) => index % 2 === 0);
  return new Map(going.map((name, index) => [name, ways[index % ways.length]!]));
};

/** What the clusters are to have in a round after one of its releases; `0` is before all. */
export const goalOf = (applications: number, round: number, release: number): Goal => {
  const version = `${round}.${release}`;
  return { namespace: OWN, kept: namesOf(applications), doomed: [], version };
};

/** The same when every fourth application, at least one, was deleted after the last release. */
export const lastGoalOf = (applications: number, round: number): Goal => {
  const { kept: names, ...goal } = goalOf(applications, round, RELEASES);
  const isDoomed = (index: number): boolean => index % 4 === 0;
  return {
    ...goal,
    kept: names.filter((_, index) => !isDoomed(index)),
    doomed: names.filter((_, index) => isDoomed(index)),
  };
};

/** One application at a version: both of its objects differ in their content from those of any other version. */
export const versioned = (name: string, namespace: string, version: string): KubeObject[] =>
  objectsOf(name, namespace).map((object) => {
    const annotations = { [VERSION]: version };
    const marked = { ...object, metadata: { ...object.metadata, annotations } };
    if (object.kind === 'ConfigMap') return { ...marked, data: { ...(object['data'] as object), version } };
    const template = {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'web', image: `registry.example/web:${version}` }] },
    };
    return { ...marked, spec: { ...(object['spec'] as object), replicas: 1, template } };
  });

/** The body of PUT /v1/applications/NAME. Runs of every second one leave lost clusters out, the others wait for them. */
export const definitionOf = (name: string, index: number, version: string) => ({
  namespace: OWN,
  manifests: versioned(name, OWN, version),
  placement: { clusterSelector: { matchLabels: { bench: 'return' } } },
  // The same objects as the bare loop's.
  disruptionBudget: 'None',
  strategy: {
    stages: [{ name: 'all', maxConcurrency: '100%', maxFailures: 0 }],
    progressDeadline: '2h',
    onFailure: 'Pause',
    unreachable: index % 2 === 0 ? 'Fail' : 'SetAside',
  },
});
