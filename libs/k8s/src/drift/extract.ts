import { compileFields, indexIn, isRecord, type FieldNode, type FieldsV1 } from './fields-v1';

/**
 * The part of an object that a manager owns: its values at the paths of `fieldsV1`, and nothing else.
 * Elements of lists keep their order and, found by keys, carry those keys. What is owned but not there is left out.
 */
export const extractOwned = (object: unknown, fields: FieldsV1): unknown =>
  extractNode(object, compileFields(fields));

export const extractNode = (value: unknown, node: FieldNode): unknown => {
  if (node.edges.length === 0 || value === undefined || value === null) return value;
  if (Array.isArray(value)) return ownedElements(value, node);
  if (!isRecord(value)) return value;
  const owned: Record<string, unknown> = {};
  for (const { select, node: child } of node.edges) {
    if (select.by !== 'field') continue;
    const part = extractNode(value[select.name], child);
    if (part !== undefined) owned[select.name] = part;
  }
  return owned;
};

const ownedElements = (list: readonly unknown[], node: FieldNode): unknown[] => {
  const found = new Map<number, unknown>();
  for (const { select, node: child } of node.edges) {
    const index = indexIn(list, select);
    if (index < 0) continue;
    const part = extractNode(list[index], child);
    found.set(index, select.by === 'keys' && isRecord(part) ? { ...select.keys, ...part } : part);
  }
  return [...found].sort(([a], [b]) => a - b).map(([, part]) => part);
};
