import { describeRef, groupOf, type KubeObject, type ObjectRef } from '@keelson/domain';
import { applicationOf, generationOf } from '../apply/fence';
import { mapAtMost } from '../apply/in-turn';
import type { ClusterClient } from '../client/cluster-client';
import type { Discovery } from '../discovery/discovery';
import { collectionPath, type ApiResource } from '../discovery/resource';
import { isRecord } from '../drift/fields-v1';
import { isAppliedByUs, isNamespace } from './claim';

export interface InsideDeps {
  readonly client: Pick<ClusterClient, 'request'>;
  readonly discovery: Pick<Discovery, 'resolve' | 'namespacedKinds'>;
  /** The first of these that was let go of with its cluster, so that nobody will ever delete it; none unless told. */
  readonly letGo?: (objects: readonly MarkedObject[]) => Promise<ObjectRef | undefined>;
}

/** An object that carries our marks. */
export interface MarkedObject {
  readonly ref: ObjectRef;
  readonly application: string;
  readonly generation: number;
}

/** What a deletion would take along. */
export type Inside =
  | { readonly act: 'Nothing' }
  /** Something that is not Keelson's: the container must stay. */
  | { readonly act: 'Keep'; readonly reason: string }
  /** Something that goes by itself, or is Keelson's: look again. */
  | { readonly act: 'Wait'; readonly message: string };

type Found = 'nobody' | 'foreign' | 'passing' | 'ours';

const AT_ONCE = 8;
const PAGE = 250;
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** Kinds that the cluster itself puts into every namespace, or that only tell of other objects. */
const BY_THE_CLUSTER: ReadonlySet<string> = new Set([
  '/Event',
  'events.k8s.io/Event',
  '/Endpoints',
  'discovery.k8s.io/EndpointSlice',
  'coordination.k8s.io/Lease',
]);

/**
 * What is left inside an object whose deletion deletes more than itself: a Namespace with all that is in it, a
 * CustomResourceDefinition with all objects of its kind. Anything there that Keelson did not apply makes it stay.
 * @throws ApiError, NetworkError: what cannot be listed cannot be told, and nothing is deleted
 */
export const leftInside = async (
  deps: InsideDeps,
  live: KubeObject,
  signal?: AbortSignal,
): Promise<Inside> => {
  if (isNamespace(live)) return insideNamespace(deps, live.metadata.name, signal);
  if (live.kind === 'CustomResourceDefinition' && groupOf(live.apiVersion) === 'apiextensions.k8s.io')
    return objectsOf(deps, live, signal);
  return { act: 'Nothing' };
};

const insideNamespace = async (deps: InsideDeps, name: string, signal?: AbortSignal): Promise<Inside> => {
  const kinds = (await deps.discovery.namespacedKinds()).filter(canHoldObjects);
  const all = await mapAtMost(kinds, AT_ONCE, async (resource) =>
    verdictOf(deps, await list(deps, resource, name, signal), resource, (item) =>
      // Its owner decides, and is in this namespace too.
      hasOwner(item) || isByTheCluster(item, resource) ? 'nobody' : ownerOf(item),
    ),
  );
  return worst(all);
};

const objectsOf = async (deps: InsideDeps, live: KubeObject, signal?: AbortSignal): Promise<Inside> => {
  const spec = isRecord(live['spec']) ? live['spec'] : {};
  const names = isRecord(spec['names']) ? spec['names'] : {};
  const versions: unknown[] = Array.isArray(spec['versions']) ? spec['versions'] : [];
  const served = versions.filter(isRecord).find((version) => version['served'] === true);
  if (!served) return { act: 'Nothing' };
  const apiVersion = `${String(spec['group'])}/${String(served['name'])}`;
  const resource = await deps.discovery.resolve(apiVersion, String(names['kind']));
  return verdictOf(deps, await list(deps, resource, undefined, signal), resource, (item) =>
    // A controller made it for another object, with which it goes.
    ownerOf(item) === 'foreign' && hasOwner(item) ? 'passing' : ownerOf(item),
  );
};

/** PodMetrics and their like can be listed and not deleted: they are views of other objects. */
const canHoldObjects = ({ group, kind, verbs = ['list', 'delete'] }: ApiResource): boolean =>
  verbs.includes('list') && verbs.includes('delete') && !BY_THE_CLUSTER.has(`${group}/${kind}`);

const list = async (
  deps: InsideDeps,
  resource: ApiResource,
  namespace: string | undefined,
  signal?: AbortSignal,
): Promise<readonly KubeObject[]> => {
  const items: KubeObject[] = [];
  let token: string | undefined;
  do {
    const page: { metadata?: { continue?: string }; items?: readonly KubeObject[] | null } =
      await deps.client.request('GET', collectionPath(resource, namespace), {
        query: { limit: PAGE, continue: token },
        accept: METADATA_ONLY,
        signal,
      });
    items.push(...(page.items ?? []));
    token = page.metadata?.continue;
  } while (token);
  return items;
};

/** A label can be copied, and nobody would ever delete what carries a copy: by that alone it is not ours. */
const ownerOf = (item: KubeObject): Found =>
  applicationOf(item) !== undefined && isAppliedByUs(item) ? 'ours' : 'foreign';

const hasOwner = ({ metadata }: KubeObject): boolean => {
  const owners = metadata['ownerReferences'];
  return Array.isArray(owners) && owners.length > 0;
};

const isByTheCluster = ({ metadata }: KubeObject, { group, kind }: ApiResource): boolean => {
  if (group !== '') return false;
  const { name, annotations = {} } = metadata;
  if (kind === 'ServiceAccount') return name === 'default';
  if (kind === 'ConfigMap') return name === 'kube-root-ca.crt';
  // Up to 1.23 every account gets a token, which goes with it.
  const account = annotations['kubernetes.io/service-account.name'];
  return kind === 'Secret' && account !== undefined && name.startsWith(`${account}-token-`);
};

const verdictOf = async (
  { letGo }: InsideDeps,
  items: readonly KubeObject[],
  { apiVersion, kind }: ApiResource,
  judge: (item: KubeObject) => Found,
): Promise<Inside> => {
  const found = items.map((item) => ({ item, is: judge(item) }));
  const refOf = ({ metadata: { name, namespace } }: KubeObject): ObjectRef => ({
    apiVersion,
    kind,
    name,
    ...(namespace ? { namespace } : {}),
  });
  const keep = (ref: ObjectRef, because: string): Inside => ({
    act: 'Keep',
    reason: `${describeRef(ref)} ${because} and would go with it`,
  });
  const foreign = found.find(({ is }) => is === 'foreign');
  if (foreign) return keep(refOf(foreign.item), "is not Keelson's");
  const [first, ...others] = found
    .filter(({ is }) => is === 'ours')
    .map(({ item }) => markedObject(refOf(item), item));
  if (first) {
    const left = await letGo?.([first, ...others]);
    const message = `${describeRef(first.ref)} of the application ${first.application} is there`;
    return left ? keep(left, 'was let go of with its cluster') : { act: 'Wait', message };
  }
  const passing = found.find(({ is }) => is === 'passing');
  return passing
    ? { act: 'Wait', message: `${describeRef(refOf(passing.item))} goes with its owner` }
    : { act: 'Nothing' };
};

const markedObject = (ref: ObjectRef, item: KubeObject): MarkedObject => ({
  ref,
  application: applicationOf(item) ?? '',
  generation: generationOf(item),
});

const worst = (all: readonly Inside[]): Inside =>
  all.find(({ act }) => act === 'Keep') ?? all.find(({ act }) => act === 'Wait') ?? { act: 'Nothing' };
