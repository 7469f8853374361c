import { type KubeObject } from '@keelson/domain';
import { isObject, objectAt } from '../json';
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
const LABEL_WORDS =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";

/** Kinds whose name becomes a label of a DNS name. */
const LABEL_NAMED: Readonly<Record<string, readonly [RegExp, string]>> = {
  Service: [LABEL_1035, LABEL_WORDS],
  Namespace: [
    LABEL_1123,
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'",
  ],
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

export function metadataProblems(type: ResourceType, object: KubeObject): FieldProblem[] {
  const { name } = object.metadata;
  const problems = name
    ? nameProblems(type, name)
    : [required('metadata.name', 'name or generateName is required')];
  for (const [key, value] of Object.entries(objectAt(object.metadata, 'labels'))) {
    if (!isQualifiedKey(key)) {
      problems.push(invalidValue('metadata.labels', key, 'name part must be a qualified name'));
    }
    if (typeof value === 'string' && (value.length > 63 || !LABEL_VALUE.test(value))) {
      problems.push(
        invalidValue(
          'metadata.labels',
          value,
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        ),
      );
    }
  }
  for (const key of Object.keys(objectAt(object.metadata, 'annotations'))) {
    if (!isQualifiedKey(key.toLowerCase())) {
      problems.push(invalidValue('metadata.annotations', key, 'name part must be a qualified name'));
    }
  }
  return problems;
}

/** Members that a typed server cannot decode when they hold anything but strings. */
const STRING_MAPS: readonly (readonly string[])[] = [
  ['metadata', 'labels'],
  ['metadata', 'annotations'],
  ['data'],
  ['stringData'],
];

/** The first value that does not decode into the kind's Go type, as `Kind.path`; undefined when all do. */
export function undecodable(type: ResourceType, object: object): { path: string; found: string } | undefined {
  for (const path of STRING_MAPS) {
    if (path[0] !== 'metadata' && type.kind !== 'ConfigMap' && type.kind !== 'Secret') continue;
    let value: unknown = object;
    for (const field of path) value = isObject(value) ? value[field] : undefined;
    if (value === undefined || value === null) continue;
    if (!isObject(value)) return { path: path.join('.'), found: typeof value };
    const wrong = Object.values(value).find((item) => typeof item !== 'string' && item !== null);
    if (wrong !== undefined) return { path: path.join('.'), found: typeof wrong };
  }
  return undefined;
}
