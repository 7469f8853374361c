import type { FieldError } from '../kernel/decider';
import { labelKeyProblem, labelValueProblem, validateLabels } from '../manifests';

export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';

export interface SelectorExpression {
  readonly key: string;
  readonly operator: SelectorOperator;
  /** At least one for In and NotIn, none for the others. */
  readonly values?: readonly string[];
}

/**
 * Kubernetes' own label selector. All parts must hold; the empty one matches everything.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements
 */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly SelectorExpression[];
}

export const matchesSelector = (
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labelOf(labels, key) === value) &&
  matchExpressions.every((expression) => holds(expression, labelOf(labels, expression.key)));

/** Own properties only: a selector on "constructor" must not find Object's. */
const labelOf = (labels: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;

const holds = ({ operator, values = [] }: SelectorExpression, label: string | undefined): boolean => {
  switch (operator) {
    case 'In':
      return label !== undefined && values.includes(label);
    case 'NotIn':
      // As in Kubernetes, an absent label is not in any set.
      return label === undefined || !values.includes(label);
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
  }
};

const OPERATORS: readonly string[] = ['In', 'NotIn', 'Exists', 'DoesNotExist'] satisfies SelectorOperator[];

/** What the type of a selector cannot say. Paths are JSON Pointers below `base`. */
export const validateSelector = (selector: LabelSelector, base = '/clusterSelector'): FieldError[] => [
  ...validateLabels(selector.matchLabels ?? {}, `${base}/matchLabels`),
  ...(selector.matchExpressions ?? []).flatMap((expression, index) =>
    expressionProblems(expression, `${base}/matchExpressions/${index}`),
  ),
];

const expressionProblems = (
  { key, operator, values = [] }: SelectorExpression,
  base: string,
): FieldError[] => {
  const errors: FieldError[] = [];
  const keyProblem = labelKeyProblem(key);
  if (keyProblem !== undefined) errors.push({ path: `${base}/key`, message: keyProblem });
  if (!OPERATORS.includes(operator)) {
    return [...errors, { path: `${base}/operator`, message: `must be one of ${OPERATORS.join(', ')}` }];
  }
  const takesValues = operator === 'In' || operator === 'NotIn';
  if (takesValues && values.length === 0) {
    errors.push({ path: `${base}/values`, message: `${operator} needs at least one value` });
  }
  if (!takesValues && values.length > 0) {
    errors.push({ path: `${base}/values`, message: `${operator} takes no values` });
  }
  values.forEach((value, index) => {
    const message = labelValueProblem(value);
    if (message !== undefined) errors.push({ path: `${base}/values/${index}`, message });
  });
  return errors;
};
