import { applyWaves, keyOf, type KubeObject } from '@keelson/domain';
import type { InventoryItem } from './desired';

/** Deletes go in the reverse of the order in which the objects were applied. */
export const deleteWaves = (owed: readonly InventoryItem[]): InventoryItem[][] => {
  const byKey = new Map(owed.map((item) => [keyOf(item.ref), item]));
  const stubs = owed.map(({ ref: { apiVersion, kind, name, namespace } }): KubeObject => {
    return { apiVersion, kind, metadata: namespace ? { name, namespace } : { name } };
  });
  return applyWaves(stubs)
    .map((wave) =>
      wave.flatMap(
        ({ apiVersion, kind, metadata }) => byKey.get(keyOf({ apiVersion, kind, ...metadata })) ?? [],
      ),
    )
    .reverse();
};
