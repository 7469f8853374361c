import { FIELD_MANAGER, type KubeObject } from '@keelson/domain';
import { compileFields, isRecord, type FieldNode, type FieldsV1, type Selector } from '../../drift/fields-v1';
import { recordAt, valueAt } from '../json';
import { recordsAt, type Fields } from './fields';
import { metadataOf, templateOf, type MetadataMap, type Template } from './template';
import type { Place } from './plan-difference';

/**
 * Where a live template has something that we applied and that the plan no longer names: applying the plan takes it
 * away. What another manager or a default put there stays, so it is no difference.
 */
export const removedField = (planned: Template, live: Template, owned: FieldsV1): Place | undefined =>
  removedBeneath(compileFields(owned), planned, live, []);

/** The part of a workload's template that we own by server-side apply; empty where the server recorded nothing. */
export const ownedTemplate = (workload: KubeObject): FieldsV1 =>
  recordsAt(workload.metadata, 'managedFields')
    .filter(({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply')
    .map((entry) => recordAt(entry, 'fieldsV1', 'f:spec', 'f:template') as FieldsV1)
    .reduce((most, fields) => (Object.keys(fields).length > 0 ? fields : most), {});

/** Keys of the template's labels or annotations that we own. */
export const ownedKeys = (workload: KubeObject, map: MetadataMap): readonly string[] =>
  Object.keys(recordAt(ownedTemplate(workload), 'f:metadata', `f:${map}`))
    .filter((entry) => entry.startsWith('f:'))
    .map((entry) => entry.slice(2))
    .filter((key) => metadataOf(templateOf(workload), map)[key] !== undefined);

const removedBeneath = (
  node: FieldNode,
  planned: unknown,
  live: unknown,
  place: Place,
): Place | undefined => {
  for (const { select, node: child } of node.edges) {
    const there = childOf(live, select);
    if (there === undefined) continue;
    const here = [...place, nameOf(select)];
    const wanted = childOf(planned, select);
    if (wanted === undefined || wanted === null) return here;
    const removed = removedBeneath(child, wanted, there, here);
    if (removed) return removed;
  }
  return undefined;
};

const childOf = (value: unknown, select: Selector): unknown => {
  switch (select.by) {
    case 'field':
      return valueAt(value, select.name);
    case 'keys':
      return elementsOf(value).find((element) => isRecord(element) && fits(element, select.keys));
    case 'value':
      return elementsOf(value).find((element) => element === select.value);
    case 'index':
      return elementsOf(value)[select.index];
  }
};

const elementsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The plan may leave a key to its default, as a port's protocol; the server records the key with it. */
const fits = (element: Fields, keys: Fields): boolean =>
  Object.entries(keys).every(([key, value]) => element[key] === undefined || element[key] === value);

const nameOf = (select: Selector): string => {
  switch (select.by) {
    case 'field':
      return select.name;
    case 'keys':
      return String(Object.values(select.keys)[0]);
    case 'value':
      return String(select.value);
    case 'index':
      return String(select.index);
  }
};
