import { COLOUR_LABEL, MADE_FOR_ANNOTATION } from '../kubernetes/marks';
import { groupOf, keyOf, refOf, type KubeObject, type ObjectRef } from '../kubernetes/objects';
import { contentHash, scalableWorkloads } from '../manifests';
import { recordAt, valueAt, withValueAt } from '../manifests/json';
import { largestStep, type Batch } from '../strategy';
import { maySelect, plannedPods, podSelector, type PlannedPods, type PodSelector } from './pod-selector';

/** Whether workloads that no budget of the manifests protects get one. */
export type DisruptionBudget = 'Auto' | 'None';

/** Of a workload whose release has a single batch: what Kubernetes itself lets be missing during a rolling update. */
const USUAL_PERCENT = 25;
/** A canary before the rest is a batch of nearly everything; that nearly everything may be drained it does not say. */
const MOST_PERCENT = 50;

export const isBudget = ({ apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>): boolean =>
  kind === 'PodDisruptionBudget' && groupOf(apiVersion) === 'policy';

/**
 * Adds a PodDisruptionBudget for every workload with replicas that no budget selects yet. As many pods may be
 * disrupted at once as the largest batch moves, so a drain is no rougher than a release.
 *
 * It is a percentage, which the API server rounds up: one pod may always go, a single replica included, so none keeps a
 * node from being drained; and a scale or an autoscaler changes nothing in it. Workloads of 0 replicas have theirs
 * too: it asks for nothing, and is there before the first pod is.
 *
 * No pod is ever selected by two budgets, since the API server then refuses every eviction with 500: where selectors
 * overlap, or may once pods exist, the manifests' budget comes before ours and the first workload (by key) before others.
 */
export const withBudgets = (
  objects: readonly KubeObject[],
  batches: readonly Batch[],
): readonly KubeObject[] => {
  const pods = objects.flatMap(plannedPods);
  const budgets = objects.filter(isBudget).flatMap((budget) => podSelector(budget) ?? []);
  const taken = new Set(objects.map((object) => keyOf(refOf(object))));
  const made: KubeObject[] = [];
  for (const { workload, replicas } of workloadsOf(objects)) {
    const own = ownPods(workload);
    if (!own || selectsEverything(own) || meetsAnother(own, budgets, pods)) continue;
    budgets.push(own);
    const budget = budgetFor(workload, percentOf(batches, replicas), taken);
    taken.add(keyOf(refOf(budget)));
    made.push(budget);
  }
  return made.length === 0 ? objects : [...objects, ...made];
};

const workloadsOf = (objects: readonly KubeObject[]): { workload: KubeObject; replicas?: number }[] => {
  const byKey = new Map(objects.map((object) => [keyOf(refOf(object)), object]));
  return scalableWorkloads(objects)
    .map(({ ref, replicas, autoscaled }) => ({
      key: keyOf(ref),
      workload: byKey.get(keyOf(ref))!,
      ...(autoscaled ? {} : { replicas }),
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
};

/**
 * Of one of two colours those pods alone: the selector of blue, which is the manifests' own, selects green ones too, and a
 * budget over both would let twice as many of those go that are served.
 */
const colouredSelector = (workload: KubeObject): unknown => {
  const selector = recordAt(workload, 'spec', 'selector');
  const colour = recordAt(workload, 'spec', 'template', 'metadata', 'labels')[COLOUR_LABEL];
  if (colour === undefined) return valueAt(workload, 'spec', 'selector');
  return { ...selector, matchLabels: { ...recordAt(selector, 'matchLabels'), [COLOUR_LABEL]: colour } };
};

const ownPods = (workload: KubeObject): PodSelector | undefined =>
  podSelector(withValueAt(workload, ['spec', 'selector'], colouredSelector(workload)));

/** Selects all pods of a namespace, or (`policy/v1beta1`) none; no API server takes such a workload. */
const selectsEverything = ({ selector: { matchLabels = {}, matchExpressions = [] } }: PodSelector): boolean =>
  Object.keys(matchLabels).length + matchExpressions.length === 0;

const meetsAnother = (
  own: PodSelector,
  budgets: readonly PodSelector[],
  pods: readonly PlannedPods[],
): boolean => pods.some((some) => maySelect(own, some) && budgets.some((budget) => maySelect(budget, some)));

const percentOf = (batches: readonly Batch[], replicas?: number): number =>
  Math.min(MOST_PERCENT, largestStep(batches, replicas) ?? USUAL_PERCENT);

const budgetFor = (workload: KubeObject, percent: number, taken: ReadonlySet<string>): KubeObject => {
  const { kind, metadata } = workload;
  const { namespace, name } = metadata;
  const budget = (suffix: string): KubeObject => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: {
      name: `${name.slice(0, MAX_NAME - suffix.length).replace(/[-.]+$/, '')}${suffix}`,
      ...(namespace === undefined ? {} : { namespace }),
      annotations: { [MADE_FOR_ANNOTATION]: `${kind}/${name}` },
    },
    spec: {
      maxUnavailable: `${percent}%`,
      selector: colouredSelector(workload),
      // Else a drain waits for ever for pods that never become healthy.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  });
  // Its own for each workload, whatever else there is: a budget that changed its name would be gone for a moment.
  const hash = contentHash(keyOf(refOf(workload)));
  const lengths = Array.from({ length: hash.length - SHORT }, (_, index) => SHORT + index);
  const free = lengths.find(
    (length) => !taken.has(keyOf(refOf(budget(`-keelson-${hash.slice(0, length)}`)))),
  );
  return budget(`-keelson-${hash.slice(0, free)}`);
};

/** Hexadecimal digits: enough to tell apart the workloads of one name. */
const SHORT = 5;
const MAX_NAME = 253;
