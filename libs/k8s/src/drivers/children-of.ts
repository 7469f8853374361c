import { keyOf, refOf, type KubeObject, type UpdateMode } from '@keelson/domain';
import type { Collection } from '../watch/collection-watches';
import { driverFor } from './driver-for';
import { isRecord } from '../drift/fields-v1';
import { listAt, recordAt, stringAt } from './json';

/**
 * What must be watched beside the workloads of a plan, by the workload's key (`keyOf`). Needed only while a target
 * follows batches; `namespace` is where objects without one go.
 */
export const childrenOf = (
  planned: readonly KubeObject[],
  update: UpdateMode,
  namespace: string,
): Map<string, Collection[]> => {
  const collections = new Map<string, Collection[]>();
  for (const object of planned) {
    const labelSelector = selectorOf(object);
    const kinds = driverFor(object)?.children(update) ?? [];
    // An empty selector means every pod of the namespace; no kind of workload accepts one.
    if (labelSelector === '' || kinds.length === 0) continue;
    const where = { namespace: object.metadata.namespace ?? namespace, labelSelector };
    collections.set(
      keyOf(refOf(object)),
      kinds.map((kind) => ({ ...kind, ...where })),
    );
  }
  return collections;
};

/** A workload's selector in the form of the API's `labelSelector` parameter. */
const selectorOf = ({ spec }: KubeObject): string =>
  [
    ...Object.entries(recordAt(spec, 'selector', 'matchLabels')).map(
      ([key, value]) => `${key}=${String(value)}`,
    ),
    ...listAt(spec, 'selector', 'matchExpressions').flatMap((each) =>
      isRecord(each) ? [requirement(each)] : [],
    ),
  ].join(',');

const requirement = (expression: Record<string, unknown>): string => {
  const key = stringAt(expression, 'key') ?? '';
  const values = `(${listAt(expression, 'values').map(String).join(',')})`;
  switch (expression['operator']) {
    case 'In':
      return `${key} in ${values}`;
    case 'NotIn':
      return `${key} notin ${values}`;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return key;
  }
};
