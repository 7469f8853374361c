import { groupOf, type KubeObject } from '@keelson/domain';
import { isRecord } from './fields-v1';

const SECRET_FIELDS = ['data', 'stringData'];
export const MASK = '***';

export const isSecret = (object: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean =>
  object.kind === 'Secret' && groupOf(object.apiVersion) === '';

/** Every value replaced; names of keys stay. */
export const masked = (value: unknown, mask = MASK): unknown => {
  if (value === undefined || value === null) return value;
  if (!isRecord(value)) return mask;
  return Object.fromEntries(Object.keys(value).map((key) => [key, mask]));
};

/** A copy of a Secret without its values; anything else as it is. */
export const maskSecret = (object: KubeObject): KubeObject => {
  if (!isSecret(object)) return object;
  const copy = { ...object };
  for (const field of SECRET_FIELDS) if (field in copy) copy[field] = masked(copy[field]);
  return copy;
};

/** Tells whether a JSON Pointer leads into a Secret's values. */
export const isSecretPath = (pointer: string): boolean =>
  SECRET_FIELDS.some((field) => pointer === `/${field}` || pointer.startsWith(`/${field}/`));
