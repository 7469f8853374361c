import { type KubeObject } from '@keelson/domain';
import { isObject, listAt, objectAt } from '../json';
import { type FieldProblem, invalidValue, required } from './api-error';
import { type ResourceType } from './resource-type';

/** Rules for names, labels and annotation keys: k8s.io/apimachinery/pkg/util/validation. */
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_1123 = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const KEY_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

const SUBDOMAIN_WORDS =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_1035_WORDS =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1123_WORDS =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const KEY_WORDS =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_WORDS =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** Kinds whose name becomes a label of a DNS name. */
const LABEL_NAMED: Readonly<Record<string, readonly [RegExp, string]>> = {
  Service: [LABEL_1035, LABEL_1035_WORDS],
  Namespace: [LABEL_1123, LABEL_1123_WORDS],
};

/** RBAC names are path segments, nothing stricter. */
const isPathSegment = (name: string): boolean => name !== '.' && name !== '..' && !/[/%]/.test(name);

function nameProblems(type: ResourceType, name: string): FieldProblem[] {
  const field = 'metadata.name';
  if (type.group === 'rbac.authorization.k8s.io') {
    return isPathSegment(name) ? [] : [invalidValue(field, name, "may not contain '/' or '%'")];
  }
  const [pattern, words] = LABEL_NAMED[type.group === '' ? type.kind : ''] ?? [SUBDOMAIN, SUBDOMAIN_WORDS];
  const limit = pattern === SUBDOMAIN ? 253 : 63;
  if (name.length > limit) return [invalidValue(field, name, `must be no more than ${limit} characters`)];
  return pattern.test(name) ? [] : [invalidValue(field, name, words)];
}

const isQualifiedKey = (key: string): boolean => {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  const prefix = parts.length > 1 ? parts[0] : undefined;
  return (
    parts.length <= 2 &&
    name.length <= 63 &&
    KEY_NAME.test(name) &&
    (prefix === undefined || SUBDOMAIN.test(prefix))
  );
};

/** @param field the path of the map, `metadata.labels` */
export const labelProblems = (labels: Record<string, unknown>, field: string): FieldProblem[] =>
  Object.entries(labels).flatMap(([key, value]) => [
    ...(isQualifiedKey(key) ? [] : [invalidValue(field, key, KEY_WORDS)]),
    ...(typeof value === 'string' && (value.length > 63 || !LABEL_VALUE.test(value))
      ? [invalidValue(field, value, VALUE_WORDS)]
      : []),
  ]);

export function metadataProblems(
  type: ResourceType,
  object: KubeObject,
  live: KubeObject | undefined,
): FieldProblem[] {
  const { name, uid } = object.metadata;
  const problems = name
    ? nameProblems(type, name)
    : [required('metadata.name', 'name or generateName is required')];
  problems.push(...labelProblems(objectAt(object.metadata, 'labels'), 'metadata.labels'));
  for (const key of Object.keys(objectAt(object.metadata, 'annotations'))) {
    if (!isQualifiedKey(key.toLowerCase())) {
      problems.push(invalidValue('metadata.annotations', key, KEY_WORDS));
    }
  }
  if (live && uid !== live.metadata.uid) {
    problems.push(invalidValue('metadata.uid', uid, 'field is immutable'));
  }
  if (live?.metadata.deletionTimestamp !== undefined) problems.push(...newFinalizerProblems(object, live));
  return problems;
}

function newFinalizerProblems(object: KubeObject, live: KubeObject): FieldProblem[] {
  const there = listAt(live.metadata, 'finalizers');
  const added = listAt(object.metadata, 'finalizers').filter((finalizer) => !there.includes(finalizer));
  if (added.length === 0) return [];
  const why = 'no new finalizers can be added if the object is being deleted';
  const message = `Forbidden: ${why}, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(', ')}}`;
  return [{ reason: 'FieldValueForbidden', field: 'metadata.finalizers', message }];
}

/** Members that a typed server cannot decode when they hold anything but strings. */
const STRING_MAPS: readonly (readonly string[])[] = [
  ['metadata', 'labels'],
  ['metadata', 'annotations'],
  ['data'],
  ['stringData'],
];

/** A value where a string belongs; what a typed server says of it depends on the verb. */
export interface Undecodable {
  readonly path: string;
  readonly key: string;
  readonly value: string;
  readonly found: string;
}

/** The first value that does not decode into the kind's type; undefined when all do. */
export function undecodable(type: ResourceType, object: object): Undecodable | undefined {
  for (const path of STRING_MAPS) {
    if (path[0] !== 'metadata' && type.kind !== 'ConfigMap' && type.kind !== 'Secret') continue;
    let map: unknown = object;
    for (const field of path) map = isObject(map) ? map[field] : undefined;
    if (map === undefined || map === null) continue;
    const entries = isObject(map) ? Object.entries(map) : [['', map] as const];
    const wrong = entries.find(([, item]) => typeof item !== 'string' && item !== null);
    if (wrong) {
      const [key, value] = wrong;
      return { path: path.join('.'), key, value: JSON.stringify(value), found: typeof value };
    }
  }
  return undefined;
}
