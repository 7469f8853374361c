import { compileFields, indexIn, isRecord, plannedIndex, type FieldNode, type FieldsV1 } from './fields-v1';

/**
 * The part of an object that a manager owns: its values at the paths of `fieldsV1`, and nothing else.
 * Elements of lists keep their order and, found by keys, carry those keys. What is owned but not there is left out.
 */
export const extractOwned = (object: unknown, fields: FieldsV1): unknown =>
  extractNode(object, compileFields(fields));

/** `sent` is what the values were made from: elements of lists then come in its order, which is the plan's. */
export const extractNode = (value: unknown, node: FieldNode, sent?: unknown): unknown => {
  if (node.edges.length === 0 || value === undefined || value === null) return value;
  if (Array.isArray(value)) return ownedElements(value, node, Array.isArray(sent) ? sent : []);
  if (!isRecord(value)) return value;
  const owned: Record<string, unknown> = {};
  for (const { select, node: child } of node.edges) {
    if (select.by !== 'field') continue;
    const part = extractNode(value[select.name], child, isRecord(sent) ? sent[select.name] : undefined);
    if (part !== undefined) owned[select.name] = part;
  }
  return owned;
};

const ownedElements = (list: readonly unknown[], node: FieldNode, sent: readonly unknown[]): unknown[] => {
  const found: { readonly part: unknown; readonly order: number }[] = [];
  for (const { select, node: child } of node.edges) {
    const index = indexIn(list, select);
    if (index < 0) continue;
    const planned = plannedIndex(sent, select);
    const part = extractNode(list[index], child, sent[planned]);
    found.push({
      part: select.by === 'keys' && isRecord(part) ? { ...select.keys, ...part } : part,
      order: planned < 0 ? sent.length + index : planned,
    });
  }
  return found.sort((a, b) => a.order - b.order).map(({ part }) => part);
};
