import { type KubeObject } from '@keelson/domain';
import { rfc3339 } from '../clock';
import { listAt, objectAt, textAt } from '../json';
import { type Status, conflict, success } from './api-error';
import { type ClusterState, type WriteRequest } from './cluster-state';
import { type ResourceType } from './resource-type';
import { getObject } from './update';

export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

export interface DeleteOptions {
  readonly propagationPolicy?: PropagationPolicy | undefined;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
  readonly gracePeriodSeconds?: number | undefined;
}

/** Finalizers by which the server itself holds an object until its dependents are dealt with. */
export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';
/** Holds a CRD until the objects of its kind are gone. */
export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

/**
 * DELETE. An object with finalizers, a Namespace and a running Pod are only marked and go later;
 * everything else goes at once.
 * @returns the marked object, or a Success status
 */
export function deleteObject(
  state: ClusterState,
  request: WriteRequest,
  options: DeleteOptions,
): KubeObject | Status {
  const { type } = request;
  const live = getObject(state, request);
  checkDeletion(type, live, options);
  const marked = marking(state, type, live, options);
  if (marked) {
    if (request.dryRun || marked === live) return marked;
    return state.store.put(type, marked);
  }
  if (!request.dryRun) state.store.remove(type, live);
  return success(type, live.metadata.name, live.metadata.uid ?? '');
}

/** The subject of these refusals is the kind, unlike that of every other conflict. */
function checkDeletion({ group, kind }: ResourceType, live: KubeObject, options: DeleteOptions): void {
  const { name, uid = '', resourceVersion = '' } = live.metadata;
  const { preconditions = {} } = options;
  const refused = (why: string) => conflict({ group, plural: kind }, name, why);
  if (preconditions.uid && preconditions.uid !== uid) {
    throw refused(
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (preconditions.resourceVersion && preconditions.resourceVersion !== resourceVersion) {
    throw refused(
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
}

/** The object as marked for deletion, or undefined when it may go at once. */
function marking(
  state: ClusterState,
  type: ResourceType,
  live: KubeObject,
  options: DeleteOptions,
): KubeObject | undefined {
  const finalizers = finalizersFor(type, live, options.propagationPolicy);
  const grace = graceOf(type, live, options);
  const isNamespace = type.kind === 'Namespace' && type.group === '';
  if (finalizers.length === 0 && grace === 0 && !isNamespace) return undefined;
  const { deletionTimestamp, deletionGracePeriodSeconds } = live.metadata;
  const isMarked = deletionTimestamp !== undefined && grace >= Number(deletionGracePeriodSeconds ?? 0);
  if (isMarked && finalizers.length === listAt(live.metadata, 'finalizers').length) return live;
  const { generation } = live.metadata;
  const metadata = {
    ...live.metadata,
    // The mark is a change of what is wanted.
    ...(generation && !isMarked ? { generation: generation + 1 } : {}),
    deletionTimestamp: isMarked ? deletionTimestamp : rfc3339(state.clock.now() + grace * 1000),
    ...(isNamespace ? {} : { deletionGracePeriodSeconds: isMarked ? deletionGracePeriodSeconds : grace }),
    ...(finalizers.length > 0 ? { finalizers } : {}),
  };
  const marked: KubeObject = { ...live, metadata };
  return isNamespace ? { ...marked, status: { ...objectAt(live, 'status'), phase: 'Terminating' } } : marked;
}

function finalizersFor(
  type: ResourceType,
  live: KubeObject,
  policy: PropagationPolicy | undefined,
): unknown[] {
  const finalizers = listAt(live.metadata, 'finalizers');
  // For the sake of old clients, a batch/v1 Job leaves its pods behind unless it is told otherwise.
  const effective = policy ?? (type.kind === 'Job' ? 'Orphan' : 'Background');
  const added = [
    ...(effective === 'Foreground' ? [FOREGROUND] : effective === 'Orphan' ? [ORPHAN] : []),
    ...(type.kind === 'CustomResourceDefinition' ? [CLEANUP] : []),
  ].filter((name) => !finalizers.includes(name));
  return added.length === 0 ? finalizers : [...finalizers, ...added];
}

/** Only a Pod that runs on a node is given time, in seconds. */
function graceOf(type: ResourceType, live: KubeObject, options: DeleteOptions): number {
  const spec = objectAt(live, 'spec');
  if (type.kind !== 'Pod' || type.group !== '' || !spec.nodeName) return 0;
  if (['Succeeded', 'Failed'].includes(textAt(live.status, 'phase') ?? '')) return 0;
  const asked = options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds;
  return typeof asked === 'number' ? asked : 30;
}
