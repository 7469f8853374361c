import { keyOf, type MadeNamespace, type ObjectRef } from '@keelson/domain';
import type { Fleet } from './fleet';
import type { InventoryEntry, Moment, TargetRecord } from './model';
import { owed } from './tombstone';

const refOf = (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Namespace', name });

/**
 * Namespaces that Keelson made because a plan's objects needed them. One application in the cluster answers for each;
 * when it needs it no longer, another that does takes over, and the last one's tombstone is what deletes it.
 */
export const recordNamespaces = (
  fleet: Fleet,
  target: TargetRecord,
  made: readonly MadeNamespace[],
  moment: Moment,
): void => {
  for (const { name, uid } of made) {
    const ref = refOf(name);
    const key = keyOf(ref);
    const known = target.inventory.get(key);
    const { position } = moment;
    if (known && !known.made) fleet.putInventory(target, key, { ...known, uid, created: true, position });
    else fleet.putInventory(target, key, { ref, uid, created: true, made: true, wanted: true, position });
    relieve(fleet, target, key, position);
  }
  settleNamespaces(fleet, target, moment);
};

/** Whoever answered for the Namespace of that name before answered for one that is gone. */
const relieve = (fleet: Fleet, by: TargetRecord, key: string, position: number): void => {
  for (const target of fleet.targetsIn(by.cluster)) {
    const entry = target.inventory.get(key);
    if (target === by || !entry?.made || !entry.wanted) continue;
    fleet.dropInventory(target, key);
    fleet.touchTarget(target, position);
  }
};

/** Takes over what another application made, needs no longer, and has not deleted yet. */
export const claimNamespaces = (fleet: Fleet, target: TargetRecord, moment: Moment): void => {
  for (const name of namespacesOf(target)) {
    const holder = fleet.holderOfOwed(target.cluster, name);
    const key = keyOf(refOf(name));
    const entry = holder?.inventory.get(key);
    if (!holder || !entry || holder === target) continue;
    fleet.dropInventory(holder, key);
    fleet.touchTarget(holder, moment.position);
    inherit(fleet, target, key, entry, moment);
    if (holder.removing && holder.inventory.size === 0) fleet.dropTarget(holder, moment.position);
  }
};

/** Gives up the namespaces that nothing of this target is in any more: to an heir, or to be deleted. */
export const settleNamespaces = (fleet: Fleet, target: TargetRecord, moment: Moment): void => {
  const made = [...target.inventory].filter(([, { made }]) => made);
  if (made.length === 0) return;
  const needed = namespacesOf(target);
  for (const [key, entry] of made) {
    if (needed.has(entry.ref.name)) hold(fleet, target, key, entry, moment);
    else bequeath(fleet, target, key, entry, moment);
  }
};

const bequeath = (
  fleet: Fleet,
  target: TargetRecord,
  key: string,
  entry: InventoryEntry,
  moment: Moment,
): void => {
  const heir = heirTo(fleet, target, entry.ref.name);
  if (!heir) {
    if (entry.wanted) fleet.putInventory(target, key, owed(entry, moment));
    return;
  }
  fleet.dropInventory(target, key);
  inherit(fleet, heir, key, entry, moment);
};

/** An heir whose own manifests have the Namespace learns from this that Keelson made it. */
const inherit = (
  fleet: Fleet,
  heir: TargetRecord,
  key: string,
  entry: InventoryEntry,
  moment: Moment,
): void => {
  const own = heir.inventory.get(key);
  if (!own) return hold(fleet, heir, key, entry, moment);
  fleet.putInventory(heir, key, { ...own, created: true, ...(entry.uid ? { uid: entry.uid } : {}) });
  fleet.touchTarget(heir, moment.position);
};

const heirTo = (fleet: Fleet, target: TargetRecord, namespace: string): TargetRecord | undefined =>
  fleet.targetsIn(target.cluster).find((other) => other !== target && namespacesOf(other).has(namespace));

const hold = (
  fleet: Fleet,
  target: TargetRecord,
  key: string,
  entry: InventoryEntry,
  { position }: Moment,
): void => {
  if (entry.wanted && target.inventory.get(key) === entry) return;
  const { owedSince: _, delay: __, ...rest } = entry;
  fleet.putInventory(target, key, { ...rest, wanted: true, position });
  fleet.touchTarget(target, position);
};

/** Those that objects of the target are in, and those of its own manifests. */
const namespacesOf = ({ inventory }: TargetRecord): Set<string> => {
  const names = new Set<string>();
  for (const { ref, wanted, made } of inventory.values()) {
    if (!wanted || made) continue;
    if (ref.namespace) names.add(ref.namespace);
    else if (ref.apiVersion === 'v1' && ref.kind === 'Namespace') names.add(ref.name);
  }
  return names;
};
