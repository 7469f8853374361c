import type { InventoryEntry, Moment } from './model';

/** The entry of an object that must go from now on; one that must go already keeps its time. */
export const owed = (entry: InventoryEntry, { position, recordedAt }: Moment): InventoryEntry =>
  entry.wanted ? { ...entry, wanted: false, owedSince: recordedAt, position } : entry;
