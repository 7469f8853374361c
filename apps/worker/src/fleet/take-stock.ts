import { keyOf, refOf, type KubeObject } from '@keelson/domain';
import type { Fleet } from './fleet';
import type { TargetRecord } from './model';

/** What a plan names is wanted; what it does not name any more becomes a tombstone. */
export const takeStock = (
  fleet: Fleet,
  target: TargetRecord,
  objects: readonly KubeObject[],
  position: number,
): void => {
  const planned = new Map(objects.map((object) => [keyOf(refOf(object)), refOf(object)]));
  for (const [key, ref] of planned) {
    const known = target.inventory.get(key);
    if (!known) fleet.putInventory(target, key, { ref, created: false, wanted: true, position });
    else if (!known.wanted) fleet.putInventory(target, key, { ...known, ref, wanted: true, position });
  }
  for (const [key, entry] of target.inventory) {
    if (entry.wanted && !planned.has(key)) {
      fleet.putInventory(target, key, { ...entry, wanted: false, position });
    }
  }
};
