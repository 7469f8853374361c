import { keyOf, refOf, type KubeObject } from '@keelson/domain';
import type { Collection } from '../watch/collection-watches';
import { colourOf } from './blue-green';
import { driverFor } from './driver-for';
import { isRecord } from '../drift/fields-v1';
import { listAt, recordAt, stringAt } from './json';
import { isObserved } from './sizes';
import type { BatchTarget, WorkloadDriver } from './types';

export interface Beside {
  /** By the workload's key (`keyOf`). */
  readonly collections: ReadonlyMap<string, readonly Collection[]>;
  /** Some were left out, because they would only tell what is wrong. */
  readonly incomplete: boolean;
}

/**
 * What must be watched beside the workloads of a plan. Needed only while a target follows batches; `namespace` is where
 * objects without one go. With `explain` also what the next step does not depend on, and that tells why a workload does
 * not become what it is to be.
 */
export const childrenOf = (
  planned: readonly KubeObject[],
  target: BatchTarget,
  namespace: string,
  { explain, liveOf }: { explain: boolean; liveOf: (object: KubeObject) => KubeObject | undefined },
): Beside => {
  const collections = new Map<string, Collection[]>();
  let incomplete = false;
  for (const object of planned) {
    const labelSelector = selectorOf(object);
    const driver = driverFor(object);
    const kinds = driver?.children(target.update) ?? [];
    // An empty selector means every pod of the namespace; no kind of workload accepts one.
    if (!driver || labelSelector === '' || kinds.length === 0) continue;
    const live = liveOf(object);
    // Where a Service may go over follows from the pods of both colours, whatever their own steps follow from.
    const decidesAlone =
      colourOf(object) === undefined && live !== undefined && driver.decidesAlone?.(object, target, live);
    if (!live || (decidesAlone && !(explain && isStuck(driver, object, target, live)))) {
      incomplete = true;
      continue;
    }
    const where = { namespace: object.metadata.namespace ?? namespace, labelSelector };
    collections.set(
      keyOf(refOf(object)),
      kinds.map((kind) => ({ ...kind, ...where })),
    );
  }
  return { collections, incomplete };
};

/** Its controller has seen it, and there is more to come: what its pods are like says why. */
const isStuck = (
  driver: WorkloadDriver,
  planned: KubeObject,
  target: BatchTarget,
  live: KubeObject,
): boolean => isObserved(live) && !driver.step(planned, target, { live, children: [] }).progress.reached;

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
