import type { KubeObject } from '@keelson/domain';
import { isRecord } from '../../drift/fields-v1';
import { listAt, recordAt } from '../json';

export type Fields = Readonly<Record<string, unknown>>;

export const recordsAt = (value: unknown, ...path: readonly string[]): readonly Fields[] =>
  listAt(value, ...path).filter(isRecord);

/** A copy with other fields in `spec`. */
export const withSpec = (object: KubeObject, change: Fields): KubeObject => ({
  ...object,
  spec: { ...recordAt(object, 'spec'), ...change },
});
