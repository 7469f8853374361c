import type { KubeObject } from '@keelson/domain';
import { indexIn, isRecord, selectorOf, type FieldsV1 } from './fields-v1';
import { ourFields } from './managed-fields';
import { sameJson } from './same-json';

/**
 * Whether a live object is what an apply of `sent` made of it and nobody has touched since, marks of the plan included:
 * we own exactly the fields that were sent, and each has the very value that was sent. Then its values are the normal
 * form that a dry run would answer, and the dry run can be spared: after a restart two requests for each target of a
 * fleet cost more than everything else together.
 *
 * False says nothing. A default in the place of a null, a quantity that the API server writes in another way, somebody
 * else's field inside an empty map: all of that is left to the dry run. Values are compared although ownership alone
 * seems to tell, because an API server before 1.22 lets the scale subresource change a field without changing its owner.
 */
export const isWhole = (sent: KubeObject, live: KubeObject): boolean => {
  const fields = ourFields(live);
  return isRecord(fields) && matches(owned(sent), live, fields);
};

/** What can be owned: an object's identity is nobody's. */
const owned = ({ apiVersion: _, kind: __, metadata, ...rest }: KubeObject): Record<string, unknown> => {
  const { name: ___, namespace: ____, ...own } = metadata;
  return Object.keys(own).length > 0 ? { ...rest, metadata: own } : rest;
};

const matches = (sent: unknown, live: unknown, fields: FieldsV1): boolean => {
  const entries = Object.keys(fields).filter((raw) => raw !== '.');
  if (entries.length === 0) return sent !== null && sent !== undefined && sameJson(sent, live);
  if (Array.isArray(sent)) {
    return (
      Array.isArray(live) &&
      sent.length === entries.length &&
      entries.every((raw) => matchesElement(sent, live, raw, fields[raw]!))
    );
  }
  if (!isRecord(sent) || !isRecord(live) || Object.keys(sent).length !== entries.length) return false;
  return entries.every((raw) => {
    const name = raw.slice(2);
    return raw.startsWith('f:') && name in sent && matches(sent[name], live[name], fields[raw]!);
  });
};

/** Each entry has one element; as many entries as elements then means that each element has one entry. */
const matchesElement = (
  sent: readonly unknown[],
  live: readonly unknown[],
  raw: string,
  fields: FieldsV1,
): boolean => {
  const select = selectorOf(raw);
  if (!select || select.by === 'field' || select.by === 'index') return false;
  const there: unknown = live[indexIn(live, select)];
  if (there === undefined) return false;
  if (select.by === 'value') return indexIn(sent, select) >= 0;
  const { keys } = select;
  // A key that has a default may be left out of what is sent; two elements that fit are told apart by the dry run.
  const fitting = sent.filter(
    (element) =>
      isRecord(element) &&
      Object.keys(keys).every((key) => !(key in element) || sameJson(element[key], keys[key])),
  );
  return fitting.length === 1 && matches(fitting[0], there, fields);
};
