import { type FieldSet } from './field-set';

/** So many different sets are remembered; a fleet has one for each shape of manifest and manager. */
const KEPT = 4_096;

const known = new Map<string, FieldSet>();

/**
 * The one copy of equal sets in this process. A Deployment's sets take 5 KB and are the same in every object of
 * its shape, in every cluster; nothing else of a small object is as big.
 */
export function intern(set: FieldSet): FieldSet {
  const key = JSON.stringify(set);
  const found = known.get(key);
  if (found) return found;
  if (known.size >= KEPT) known.clear();
  known.set(key, set);
  return set;
}
