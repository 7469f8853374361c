import { type ScaleFields } from '../api/resource-type';
import { type JsonObject, change, isObject, listAt, objectAt, textAt } from '../json';

/** Where `/scale` finds counts and selectors: in the built-in workloads, and where a CRD says. */
export const WORKLOAD_SCALE: ScaleFields = {
  wanted: (object) => Number(objectAt(object, 'spec').replicas ?? 0),
  withWanted: (object, replicas) => ({ ...object, spec: { ...objectAt(object, 'spec'), replicas } }),
  counted: (object) => Number(objectAt(object, 'status').replicas ?? 0),
  selector: (object) => selectorText(objectAt(objectAt(object, 'spec'), 'selector')),
};

/** @param paths `subresources.scale` of a CRD's version: simple paths such as `.spec.replicas` */
export function customScale(paths: JsonObject): ScaleFields {
  const fields = (path: string) => (textAt(paths, path) ?? '').split('.').filter(Boolean);
  const read = (object: unknown, path: string): unknown =>
    fields(path).reduce((value, field) => (isObject(value) ? value[field] : undefined), object);
  return {
    wanted: (object) => Number(read(object, 'specReplicasPath') ?? 0),
    withWanted: (object, replicas) => write(object, fields('specReplicasPath'), replicas),
    counted: (object) => Number(read(object, 'statusReplicasPath') ?? 0),
    selector: (object) => {
      const text = read(object, 'labelSelectorPath');
      return typeof text === 'string' ? text : '';
    },
  };
}

function write<T extends JsonObject>(object: T, [field, ...rest]: readonly string[], value: unknown): T {
  if (field === undefined) return object;
  return change(object, field, (inner) =>
    rest.length === 0 ? value : write(isObject(inner) ? inner : {}, rest, value),
  );
}

/** As LabelSelectorAsSelector prints it: by key, the values of a set sorted. */
export function selectorText(selector: JsonObject): string {
  const equalities = Object.entries(objectAt(selector, 'matchLabels')).map(
    ([key, value]) => [key, `${key}=${String(value)}`] as const,
  );
  const expressions = listAt(selector, 'matchExpressions')
    .filter(isObject)
    .map((expression) => [String(expression.key), expressionText(expression)] as const);
  return [...equalities, ...expressions]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, text]) => text)
    .join(',');
}

function expressionText({ key, operator, values }: JsonObject): string {
  const name = String(key);
  if (operator === 'Exists') return name;
  if (operator === 'DoesNotExist') return `!${name}`;
  const set = (Array.isArray(values) ? values.map(String) : []).sort().join(',');
  return `${name} ${operator === 'In' ? 'in' : 'notin'} (${set})`;
}
