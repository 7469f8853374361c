import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '@keelson/domain';
import {
  KRUISE_VERSION,
  injectSidecars,
  patchTypeOf,
  reconcileCloneSet,
  reconcileSidecarSet,
  type Action,
} from '../../../libs/k8s/src/simulator/open-kruise';
import { type KubeClient } from '../control-plane';

const EVERY = 50;

/** What changes under our hands: gone, changed meanwhile, or in a namespace that is on its way out. */
const LOOKED_AT_AGAIN = [403, 404, 409];

export interface OpenKruise {
  /** @throws when the server refused something that it should have taken */
  stop(): Promise<void>;
}

/**
 * Follows the CloneSets and SidecarSets of a real API server with the simulator's own controllers, until stopped.
 * Each round lists everything anew, so that no decision is made on a cache older than our own write; the clusters
 * of a test are small. Sidecars come into the pods that are made here, for want of a webhook that the server
 * could reach; pods of a Deployment get none.
 */
export async function startOpenKruise(client: KubeClient): Promise<OpenKruise> {
  // Where the real one is at work, two would fight.
  const path = '/apis/apps/v1/namespaces/kruise-system/deployments/kruise-controller-manager';
  if ((await client.request('GET', path)).status === 200) return { stop: () => Promise.resolve() };
  const stopped = new AbortController();
  let failure: Error | undefined;
  const work = follow(client, stopped.signal, (error) => (failure ??= error));
  return {
    async stop() {
      stopped.abort();
      await work;
      if (failure) throw failure;
    },
  };
}

/** A round that failed is followed by the next: what one set suffers must not still the others. */
async function follow(
  client: KubeClient,
  signal: AbortSignal,
  failed: (error: Error) => void,
): Promise<void> {
  while (!signal.aborted) {
    await round(client).catch((error: unknown) => failed(error as Error));
    await sleep(EVERY, undefined, { signal }).catch(() => undefined);
  }
}

async function round(client: KubeClient): Promise<void> {
  const [cloneSets, sidecarSets] = await Promise.all(
    ['clonesets', 'sidecarsets'].map((plural) => listOwn(client, plural)),
  );
  if (!cloneSets?.length && !sidecarSets?.length) return;
  const [pods, revisions] = await Promise.all([
    list(client, '/api/v1/pods', 'v1', 'Pod'),
    list(client, '/apis/apps/v1/controllerrevisions', 'apps/v1', 'ControllerRevision'),
  ]);
  const now = Date.now();
  const ownedBy = (set: KubeObject) => (object: KubeObject) => isOwned(object, set.metadata.uid);
  const actions = [
    ...(cloneSets ?? []).flatMap((set) =>
      reconcileCloneSet({
        set,
        pods: pods.filter(ownedBy(set)),
        revisions: revisions.filter(ownedBy(set)),
        now,
        newId: () => randomBytes(4).toString('hex'),
      }),
    ),
    ...(sidecarSets ?? []).flatMap((set) => reconcileSidecarSet({ set, pods, now })),
  ];
  for (const action of actions) await carryOut(client, admitted(action, sidecarSets ?? [], now));
}

const admitted = (action: Action, sidecarSets: readonly KubeObject[], now: number): Action =>
  action.verb === 'create' && action.object.kind === 'Pod'
    ? { ...action, object: injectSidecars(action.object, sidecarSets, new Date(now).toISOString()) }
    : action;

async function carryOut(client: KubeClient, action: Action): Promise<void> {
  const { status, body } = await request(client, action);
  if (status < 300 || LOOKED_AT_AGAIN.includes(status)) return;
  throw new Error(`${action.verb} ${action.object.kind} ${action.object.metadata.name}: ${body?.message}`);
}

function request(client: KubeClient, action: Action) {
  const { object } = action;
  const { name, namespace } = object.metadata;
  const root = object.apiVersion === 'v1' ? '/api/v1' : `/apis/${object.apiVersion}`;
  const collection = `${root}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${object.kind.toLowerCase()}s`;
  if (action.verb === 'create') return client.request('POST', collection, object);
  const path = `${collection}/${name}`;
  if (action.verb === 'delete') {
    return client.request('DELETE', path, { preconditions: { uid: object.metadata.uid } });
  }
  const subresource = action.subresource === undefined ? '' : `/${action.subresource}`;
  return client.request('PATCH', `${path}${subresource}`, action.patch, patchTypeOf(action));
}

/** Before its CRD is served there are none of a kind. */
async function listOwn(client: KubeClient, plural: string): Promise<KubeObject[]> {
  const { status, body } = await client.request('GET', `/apis/${KRUISE_VERSION}/${plural}`);
  return status === 200 ? (body.items as KubeObject[]) : [];
}

/** Items of a list of built-in objects do not name their kind. */
async function list(
  client: KubeClient,
  path: string,
  apiVersion: string,
  kind: string,
): Promise<KubeObject[]> {
  const { items } = await client.must('GET', path);
  return (items as KubeObject[]).map((item) => ({ ...item, apiVersion, kind }));
}

const isOwned = ({ metadata }: KubeObject, uid: string | undefined): boolean =>
  Array.isArray(metadata['ownerReferences']) &&
  (metadata['ownerReferences'] as { uid: string; controller?: boolean }[]).some(
    (owner) => owner.uid === uid && owner.controller === true,
  );
