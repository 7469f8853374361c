import type { KubeObject } from '../kubernetes/objects';
import { isRecord, listAt, recordAt, valueAt, type JsonObject } from '../manifests/json';
import { podTemplatePaths } from '../manifests/pod-templates';
import { matchesSelector, type LabelSelector, type SelectorExpression } from '../placement';

/** Pods that do not exist yet, as far as a manifest tells. */
export interface PlannedPods {
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** Something that selects pods of its namespace. */
export interface PodSelector {
  readonly namespace: string | undefined;
  readonly selector: LabelSelector;
}

export const plannedPods = (object: KubeObject): PlannedPods[] =>
  podTemplatePaths(object).map((path) => ({
    namespace: object.metadata.namespace,
    labels: stringsOf(recordAt(object, ...path, 'metadata', 'labels')),
  }));

/** The label selector at `spec.selector`; `undefined` where there is none that could select anything. */
export const podSelector = (object: KubeObject): PodSelector | undefined => {
  const selector = valueAt(object, 'spec', 'selector');
  if (!isRecord(selector)) return undefined;
  return {
    namespace: object.metadata.namespace,
    selector: {
      matchLabels: stringsOf(recordAt(selector, 'matchLabels')),
      matchExpressions: listAt(selector, 'matchExpressions').filter(isRecord).map(expressionOf),
    },
  };
};

/**
 * Labels that controllers put on pods beside the template's: revisions, ordinals, nodes' topology. What a selector
 * asks of them is only known of pods that exist.
 */
const GIVEN_LATER =
  /^(pod-template-(hash|generation)|controller-(revision-hash|uid)|job-name)$|^((statefulset|apps|batch|topology)\.kubernetes|.*kruise)\.io\//;

/** Whether some of these pods may turn out to be selected. */
export const maySelect = (
  { namespace, selector: { matchLabels = {}, matchExpressions = [] } }: PodSelector,
  pods: PlannedPods,
): boolean => {
  const known = Object.entries(matchLabels).filter(([key]) => !GIVEN_LATER.test(key));
  return (
    namespace === pods.namespace &&
    matchesSelector(
      {
        matchLabels: Object.fromEntries(known),
        matchExpressions: matchExpressions.filter(({ key }) => !GIVEN_LATER.test(key)),
      },
      pods.labels,
    )
  );
};

const stringsOf = (record: JsonObject): Record<string, string> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, String(value)]));

const expressionOf = ({ key, operator, values }: JsonObject): SelectorExpression => ({
  key: String(key),
  operator: operator as SelectorExpression['operator'],
  values: Array.isArray(values) ? values.map(String) : [],
});
