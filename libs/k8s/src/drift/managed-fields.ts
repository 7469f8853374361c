import { FIELD_MANAGER, type KubeObject } from '@keelson/domain';
import { isRecord, type FieldsV1 } from './fields-v1';

export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1?: FieldsV1;
}

export const managedFieldsOf = (object: KubeObject): readonly ManagedFieldsEntry[] => {
  const entries = object.metadata['managedFields'];
  return Array.isArray(entries) ? entries.filter(isRecord) : [];
};

export const isOurs = (entry: ManagedFieldsEntry): boolean =>
  entry.manager === FIELD_MANAGER && entry.operation === 'Apply' && !entry.subresource;

/** What our applies own of an object; undefined when we never applied it or others took every field from us. */
export const ourFields = (object: KubeObject): FieldsV1 | undefined =>
  managedFieldsOf(object).find(isOurs)?.fieldsV1;
