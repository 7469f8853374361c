// No suite: a helper of the specs beside it, named so that the build leaves it out.
import type { KubeObject } from '@keelson/domain';
import type { Query, RequestOptions } from '../client/cluster-client';
import { ApiError } from '../client/errors';
import type { FieldsV1 } from '../drift/fields-v1';
import { UnknownKindError } from '../discovery/discovery';
import type { ApiResource } from '../discovery/resource';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Query;
  readonly body: any;
}

const COLLECTION =
  /^\/(api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/(configmaps|secrets|services|widgets)$/;

const notFound = (kind: string, name: string) =>
  new ApiError(404, 'NotFound', `${kind} "${name}" not found`, { name, kind });
const modified = () => new ApiError(409, 'Conflict', 'the object has been modified');

/**
 * An API server in memory, as far as the applier and the pruner can tell: uids, resourceVersions, preconditions,
 * namespaces. Applied fields simply replace; whoever wants merging and conflicts takes a real API server.
 */
export class StubApi {
  readonly objects = new Map<string, KubeObject>();
  readonly namespaces = new Set(['shop']);
  readonly asked: Asked[] = [];
  /** Told of each object just before it is removed, or marked as being deleted. */
  onDelete: (object: KubeObject) => void = () => undefined;
  /** Called before each request is carried out: to throw, or to let somebody else write in between. */
  before: (asked: Asked) => void = () => undefined;
  #version = 100;

  request = async <T>(method: string, path: string, options: RequestOptions = {}): Promise<T> => {
    const asked: Asked = { method, path, query: options.query ?? {}, body: options.body };
    this.asked.push(asked);
    options.signal?.throwIfAborted();
    this.before(asked);
    if (method === 'GET') return structuredClone(this.#read(path)) as T;
    if (method === 'DELETE') return this.#delete(path, asked.body) as T;
    if (options.contentType === 'application/merge-patch+json') return this.#merge(path, asked.body) as T;
    return structuredClone(this.#apply(path, asked)) as T;
  };

  /** Somebody else's write. */
  put(path: string, object: any): any {
    const known = this.objects.get(path);
    const uid = object.metadata.uid ?? known?.metadata.uid ?? `uid-${this.#version}`;
    const stored = {
      ...object,
      metadata: { ...object.metadata, uid, resourceVersion: String(++this.#version) },
    };
    this.objects.set(path, stored);
    return stored;
  }

  methods(): string[] {
    return this.asked.map(({ method, query }) => (query['dryRun'] ? `${method} dry` : method));
  }

  #read(path: string): KubeObject | object {
    const collection = COLLECTION.exec(path);
    if (collection) return { items: this.#items(collection) };
    const object = this.objects.get(path);
    if (!object) throw notFound('object', path.split('/').at(-1) ?? '');
    return object;
  }

  /** Of one namespace, or of all. */
  #items([, , namespace, plural]: RegExpExecArray): KubeObject[] {
    const item = new RegExp(`/namespaces/${namespace ?? '[^/]+'}/${plural ?? ''}/[^/]+$`);
    return [...this.objects].flatMap(([path, object]) => (item.test(path) ? [structuredClone(object)] : []));
  }

  #apply(path: string, { body, query }: Asked): KubeObject {
    const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1];
    if (namespace && !this.namespaces.has(namespace)) throw notFound('namespaces', namespace);
    const live = this.objects.get(path);
    const { uid, resourceVersion, ...metadata } = body.metadata;
    if (uid && uid !== live?.metadata.uid) throw modified();
    if (live && resourceVersion && resourceVersion !== live.metadata.resourceVersion) throw modified();
    const managedFields = [
      { manager: 'keelson', operation: 'Apply', fieldsV1: fieldsOf({ ...body, metadata }) },
    ];
    const next = { ...live, ...body, metadata: { ...live?.metadata, ...metadata, managedFields } };
    if (query['dryRun']) return next;
    const created = path.startsWith('/api/v1/namespaces/') && path.split('/').length === 5;
    if (created) this.namespaces.add(metadata.name);
    if (live && JSON.stringify(live) === JSON.stringify({ ...next, metadata: { ...next.metadata } }))
      return live;
    return this.put(path, next);
  }

  #delete(path: string, options: any): object {
    const live = this.objects.get(path);
    if (!live) throw notFound('object', path);
    const { uid, resourceVersion } = options.preconditions;
    if (uid !== live.metadata.uid || resourceVersion !== live.metadata.resourceVersion) throw modified();
    this.onDelete(live);
    if ((live.metadata['finalizers'] as unknown[] | undefined)?.length) {
      return this.put(path, { ...live, metadata: { ...live.metadata, deletionTimestamp: 'now' } });
    }
    this.objects.delete(path);
    return { kind: 'Status', status: 'Success', details: { uid } };
  }

  /** Of labels and annotations alone. */
  #merge(path: string, { metadata }: any): object {
    const live = this.objects.get(path);
    if (!live) throw notFound('object', path);
    const { uid, resourceVersion } = live.metadata;
    if (metadata.uid !== uid || metadata.resourceVersion !== resourceVersion) throw modified();
    const without = (values: object = {}, nulls: object = {}) =>
      Object.fromEntries(Object.entries(values).filter(([key]) => !(key in nulls)));
    const labels = without(live.metadata.labels, metadata.labels);
    const annotations = without(live.metadata.annotations, metadata.annotations);
    return this.put(path, { ...live, metadata: { ...live.metadata, labels, annotations } });
  }
}

/** Every leaf below metadata's maps and the other top-level fields. */
const fieldsOf = (body: any): FieldsV1 => {
  const trie = (value: any): FieldsV1 =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([key, child]) => [`f:${key}`, trie(child)]))
      : {};
  const { apiVersion: _a, kind: _k, metadata, ...rest } = body;
  const { labels, annotations } = metadata;
  return { 'f:metadata': trie({ labels, annotations }), ...trie(rest) };
};

const KINDS: Record<string, [plural: string, namespaced: boolean]> = {
  'v1 ConfigMap': ['configmaps', true],
  'v1 Secret': ['secrets', true],
  'v1 Service': ['services', true],
  'v1 Namespace': ['namespaces', false],
  'apiextensions.k8s.io/v1 CustomResourceDefinition': ['customresourcedefinitions', false],
  'example.com/v1 Widget': ['widgets', true],
};

/** Discovery of a few kinds; `missing` ones are not served (yet). */
export class StubDiscovery {
  readonly missing = new Set<string>();
  invalidated: string[] = [];

  async resolve(apiVersion: string, kind: string): Promise<ApiResource> {
    const known = KINDS[`${apiVersion} ${kind}`];
    if (!known || this.missing.has(kind)) throw new UnknownKindError(apiVersion, kind);
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    const [plural, namespaced] = known;
    return { group: group ?? '', version: version ?? '', apiVersion, kind, plural, namespaced };
  }

  async namespacedKinds(): Promise<readonly ApiResource[]> {
    const kinds = Object.keys(KINDS).map((kind) => kind.split(' ') as [string, string]);
    const served = kinds.filter(([, kind]) => !this.missing.has(kind));
    const resources = await Promise.all(served.map(([apiVersion, kind]) => this.resolve(apiVersion, kind)));
    return resources.filter(({ namespaced }) => namespaced);
  }

  invalidate(group: string): void {
    this.invalidated.push(group);
  }
}
