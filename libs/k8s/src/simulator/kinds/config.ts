import { type KubeObject } from '@keelson/domain';
import { type FieldProblem, invalidValue } from '../api/api-error';
import { fill, isObject, objectAt, without } from '../json';

/** ConfigMap and Secret. */

const KEY = /^[-._a-zA-Z0-9]{1,253}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const keyProblems = (object: KubeObject, field: string): FieldProblem[] =>
  Object.keys(objectAt(object, field))
    .filter((key) => !KEY.test(key))
    .map((key) =>
      invalidValue(
        `${field}[${key}]`,
        key,
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
      ),
    );

/** A typed server forgets maps that hold nothing. */
export const configMapDefaults = (object: KubeObject): KubeObject =>
  ['data', 'binaryData'].reduce((result, field) => withoutEmpty(result, field), object);

const withoutEmpty = (object: KubeObject, field: string): KubeObject =>
  isObject(object[field]) && Object.keys(object[field]).length === 0 ? without(object, field) : object;

export const configMapProblems = (next: KubeObject, live: KubeObject | undefined): FieldProblem[] => [
  ...keyProblems(next, 'data'),
  ...keyProblems(next, 'binaryData'),
  ...frozenProblems(next, live),
];

const frozenProblems = (next: KubeObject, live: KubeObject | undefined): FieldProblem[] =>
  live?.immutable === true && JSON.stringify(live.data) !== JSON.stringify(next.data)
    ? [
        {
          reason: 'FieldValueForbidden',
          field: 'data',
          message: 'Forbidden: field is immutable when `immutable` is set',
        },
      ]
    : [];

/** stringData is write-only: it becomes data. */
export function secretDefaults(secret: KubeObject): KubeObject {
  const typed = fill(secret, { type: 'Opaque' });
  if (!isObject(typed.stringData)) return typed;
  const encoded = Object.entries(typed.stringData).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString('base64'),
  ]);
  const data = { ...objectAt(typed, 'data'), ...(Object.fromEntries(encoded) as object) };
  return without({ ...typed, data }, 'stringData');
}

export const secretProblems = (next: KubeObject, live: KubeObject | undefined): FieldProblem[] => [
  ...keyProblems(next, 'data'),
  ...Object.entries(objectAt(next, 'data'))
    .filter(([, value]) => typeof value !== 'string' || !BASE64.test(value))
    .map(([key]) => invalidValue(`data[${key}]`, '<secret contents redacted>', 'must be base64')),
  ...(live && live.type !== next.type ? [invalidValue('type', next.type, 'field is immutable')] : []),
  ...frozenProblems(next, live),
];
