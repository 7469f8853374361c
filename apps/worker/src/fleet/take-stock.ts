import { keyOf, refOf, type KubeObject } from '@keelson/domain';
import type { Fleet } from './fleet';
import { claimNamespaces, settleNamespaces } from './made-namespaces';
import type { InventoryEntry, Moment, TargetRecord } from './model';
import { owed } from './tombstone';

/** What a plan names is wanted; what it does not name any more becomes a tombstone. */
export const takeStock = (
  fleet: Fleet,
  target: TargetRecord,
  objects: readonly KubeObject[],
  moment: Moment,
): void => {
  const { position } = moment;
  const planned = new Map(objects.map((object) => [keyOf(refOf(object)), refOf(object)]));
  for (const [key, ref] of planned) {
    const known = target.inventory.get(key);
    if (!known) fleet.putInventory(target, key, { ref, created: false, wanted: true, position });
    else if (!known.wanted || known.made) fleet.putInventory(target, key, wantedAgain(known, ref, position));
  }
  for (const [key, entry] of target.inventory) {
    if (entry.wanted && !entry.made && !planned.has(key))
      fleet.putInventory(target, key, owed(entry, moment));
  }
  claimNamespaces(fleet, target, moment);
  settleNamespaces(fleet, target, moment);
};

const wantedAgain = (entry: InventoryEntry, ref: InventoryEntry['ref'], position: number): InventoryEntry => {
  const { owedSince: _, made: __, ...rest } = entry;
  return { ...rest, ref, wanted: true, position };
};
