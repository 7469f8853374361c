import { FIELD_MANAGER, type KubeObject, type ObjectRef } from '@keelson/domain';
import { applicationOf, generationOf } from '../apply/fence';
import { CREATED_NAMESPACE_FOR } from '../apply/namespaces';
import { isRecord } from '../drift/fields-v1';

/** An object of the inventory that must be gone. */
export interface Owed {
  readonly ref: ObjectRef;
  /** As it was when we applied it last. */
  readonly uid?: string;
  /** By the log, Keelson made it, as opposed to having taken it over. */
  readonly created?: boolean;
  /** A Namespace that no plan names: made because objects needed it, and without an application's label. */
  readonly made?: boolean;
}

export interface Claimant {
  readonly application: string;
  /** The plan that no longer has these objects. A live object of a higher generation is wanted again by a newer one. */
  readonly generation?: number;
}

export type Claim =
  | { readonly act: 'Delete' }
  /** Not ours to delete; `reason` is for people. */
  | { readonly act: 'Keep'; readonly reason: string }
  /** A newer plan wants it. */
  | { readonly act: 'Stale' };

const keep = (reason: string): Claim => ({ act: 'Keep', reason });

/**
 * Whether this live object is what we owe the deletion of. Ours is what carries the application's label and is either
 * the very object that we applied, by its uid, or one that our field manager wrote: a namesake that somebody else made
 * with a copied label is neither. Namespaces are deleted only when Keelson made them, by the log and by uid; one that
 * was there before stays, whoever's label it carries.
 */
export const claimOn = (live: KubeObject, owed: Owed, { application, generation }: Claimant): Claim => {
  if (owed.made) return claimOnMade(live, owed);
  const owner = applicationOf(live);
  if (owner === undefined) return keep('it does not carry the label of an application any more');
  if (owner !== application) return keep(`it belongs to the application ${owner}`);
  const isSame = owed.uid !== undefined && owed.uid === live.metadata.uid;
  if (!isSame && !isAppliedByUs(live)) return keep('it was made by somebody else, with the label copied');
  if (generation !== undefined && generationOf(live) > generation) return { act: 'Stale' };
  if (isNamespace(live) && !(owed.created && isSame)) return keep('Keelson did not make this Namespace');
  return { act: 'Delete' };
};

const claimOnMade = (live: KubeObject, { uid }: Owed): Claim => {
  if (uid !== live.metadata.uid)
    return keep('it is not the Namespace that Keelson made: somebody made it anew');
  if (live.metadata.annotations?.[CREATED_NAMESPACE_FOR] === undefined)
    return keep(`somebody took the annotation ${CREATED_NAMESPACE_FOR} away`);
  const owner = applicationOf(live);
  return owner === undefined ? { act: 'Delete' } : keep(`it belongs to the application ${owner}`);
};

export const isNamespace = ({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean =>
  apiVersion === 'v1' && kind === 'Namespace';

/** Whether an entry of server-side apply in `managedFields` is ours. */
export const isAppliedByUs = ({ metadata }: KubeObject): boolean => {
  const entries = metadata['managedFields'];
  return (
    Array.isArray(entries) &&
    entries.some(
      (entry) => isRecord(entry) && entry['manager'] === FIELD_MANAGER && entry['operation'] === 'Apply',
    )
  );
};
