import { type KubeObject } from '@keelson/domain';
import { isObject, listAt, objectAt } from '../json';
import { badRequest } from './api-error';

/** Label and field selectors of queries, and LabelSelector objects. */
export type Matcher = (object: KubeObject) => boolean;

type Labels = Readonly<Record<string, unknown>>;
type Requirement = (labels: Labels) => boolean;

export const EVERYTHING: Matcher = () => true;

const oneOf = (key: string, values: readonly unknown[], wanted: boolean): Requirement =>
  wanted
    ? (labels) => key in labels && values.includes(labels[key])
    : (labels) => !(key in labels) || !values.includes(labels[key]);

function parseRequirement(text: string): Requirement {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(text);
  if (set) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    return oneOf(set[1] ?? '', values, set[2] === 'in');
  }
  const equality = /^([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)$/.exec(text);
  if (equality) return oneOf(equality[1] ?? '', [equality[3] ?? ''], equality[2] !== '!=');
  const absent = /^!\s*([^=!\s]+)$/.exec(text);
  if (absent) return (labels) => !((absent[1] ?? '') in labels);
  if (/^[^=!\s()]+$/.test(text)) return (labels) => text in labels;
  throw badRequest(`unable to parse requirement: ${JSON.stringify(text)}`);
}

/** Commas separate requirements, except inside the parentheses of a set. */
const split = (selector: string): string[] =>
  selector
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

export function parseLabelSelector(selector: string | null): Matcher {
  const requirements = split(selector ?? '').map(parseRequirement);
  if (requirements.length === 0) return EVERYTHING;
  return (object) => {
    const labels = objectAt(object.metadata, 'labels');
    return requirements.every((requirement) => requirement(labels));
  };
}

const FIELDS: Readonly<Record<string, (object: KubeObject) => unknown>> = {
  'metadata.name': (object) => object.metadata.name,
  'metadata.namespace': (object) => object.metadata.namespace,
  'spec.nodeName': (object) => objectAt(object, 'spec').nodeName,
  'status.phase': (object) => objectAt(object, 'status').phase,
  'involvedObject.name': (object) => objectAt(object, 'involvedObject').name,
};

export function parseFieldSelector(selector: string | null): Matcher {
  const requirements = split(selector ?? '').map((part): Matcher => {
    const [, field = '', operator, value = ''] = /^([^=!]+)(==|=|!=)(.*)$/.exec(part) ?? [];
    const read = FIELDS[field];
    if (!read) throw badRequest(`field label not supported: ${field || part}`);
    return (object) => ((read(object) ?? '') === value) === (operator !== '!=');
  });
  if (requirements.length === 0) return EVERYTHING;
  return (object) => requirements.every((requirement) => requirement(object));
}

export const both = (a: Matcher, b: Matcher): Matcher => {
  if (a === EVERYTHING) return b;
  return b === EVERYTHING ? a : (object) => a(object) && b(object);
};

/** A LabelSelector object, as in `spec.selector` of a workload or budget. */
export function matchesSelector(selector: unknown, labels: Labels): boolean {
  if (!isObject(selector)) return false;
  const wanted = Object.entries(objectAt(selector, 'matchLabels'));
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    listAt(selector, 'matchExpressions')
      .filter(isObject)
      .every((expression) => {
        const key = String(expression.key);
        const values = listAt(expression, 'values');
        if (expression.operator === 'Exists') return key in labels;
        if (expression.operator === 'DoesNotExist') return !(key in labels);
        return oneOf(key, values, expression.operator === 'In')(labels);
      })
  );
}
