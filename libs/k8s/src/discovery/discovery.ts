import { groupOf } from '@keelson/domain';
import { ClassifiedError } from '../client/classify';
import type { ClusterClient } from '../client/cluster-client';
import { ApiError } from '../client/errors';
import { groupVersionPath, type ApiResource } from './resource';

interface ApiResourceList {
  readonly kind?: string;
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs?: readonly string[];
  }[];
}

interface ApiGroupList {
  readonly kind?: string;
  readonly groups?: readonly {
    readonly name: string;
    readonly versions: readonly { readonly groupVersion: string }[];
    readonly preferredVersion?: { readonly groupVersion: string };
  }[];
}

/** The answer of `/version`. */
export interface ServerVersion {
  readonly major: string;
  readonly minor: string;
  /** `v1.31.2` */
  readonly gitVersion: string;
}

/** The cluster serves no such kind, in any version. Terminal for the plan: a CRD may bring it, so tried again slowly. */
export class UnknownKindError extends ClassifiedError {
  override readonly name = 'UnknownKindError';
  constructor(
    readonly apiVersion: string,
    readonly objectKind: string,
  ) {
    super(
      'terminal',
      `the cluster serves no kind ${objectKind} in ${apiVersion} or another version of its group`,
    );
  }
}

/** Milliseconds for which the list of all namespaced kinds is believed. */
const FRESH_MS = 2_000;

type KindTable = ReadonlyMap<string, ApiResource>;

/**
 * What one API server serves. Asks only for the group-versions that plans name (a server has about 30, and
 * installations of operators bring hundreds), once each, however many callers wait.
 */
export class Discovery {
  readonly #client: Pick<ClusterClient, 'request'>;
  readonly #tables = new Map<string, Promise<KindTable | undefined>>();
  readonly #groups = new Map<'all', Promise<ApiGroupList>>();
  #kinds: { readonly at: number; readonly loading: Promise<readonly ApiResource[]> } | undefined;

  constructor(client: Pick<ClusterClient, 'request'>) {
    this.#client = client;
  }

  /** The live server's version. Never cached: it doubles as the probe for a cluster's return. */
  version(signal?: AbortSignal): Promise<ServerVersion> {
    return this.#client.request<ServerVersion>('GET', '/version', { signal });
  }

  /**
   * The resource behind a kind; in another version of the group when the one asked for is not served
   * (`insteadOf` tells). Asks the server again before it gives up on a kind that it knew nothing of.
   * @throws UnknownKindError, ApiError, NetworkError
   */
  async resolve(apiVersion: string, kind: string): Promise<ApiResource> {
    const cached = this.#tables.has(apiVersion);
    const found = await this.#find(apiVersion, kind);
    if (found) return found;
    if (cached) {
      this.invalidate(groupOf(apiVersion));
      const refreshed = await this.#find(apiVersion, kind);
      if (refreshed) return refreshed;
    }
    throw new UnknownKindError(apiVersion, kind);
  }

  /**
   * Every kind that objects in a namespace can be of. Asked anew, whatever is remembered: a definition that was
   * installed since may have brought objects that nobody may overlook. One answer serves whoever asks within
   * {@link FRESH_MS}, less than API servers take to announce a new kind.
   * @throws ApiError, NetworkError: also when one group alone does not answer, because its objects cannot be told
   */
  namespacedKinds(now = Date.now()): Promise<readonly ApiResource[]> {
    if (!this.#kinds || now - this.#kinds.at > FRESH_MS) {
      const loading = new Discovery(this.#client).#allNamespaced();
      this.#kinds = { at: now, loading };
      loading.catch(() => (this.#kinds = undefined));
    }
    return this.#kinds.loading;
  }

  async #allNamespaced(): Promise<readonly ApiResource[]> {
    const { groups = [] } = await this.#allGroups();
    const preferred = groups.flatMap(({ versions, preferredVersion }) => {
      const version = preferredVersion ?? versions[0];
      return version ? [version.groupVersion] : [];
    });
    const tables = await Promise.all(['v1', ...preferred].map((version) => this.#table(version)));
    return tables.flatMap((table) => [...(table?.values() ?? [])].filter(({ namespaced }) => namespaced));
  }

  /** Forgets a group, for example after a CustomResourceDefinition of it changed. */
  invalidate(group: string): void {
    this.#groups.clear();
    for (const apiVersion of this.#tables.keys()) {
      if (groupOf(apiVersion) === group) this.#tables.delete(apiVersion);
    }
  }

  async #find(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    const table = await this.#table(apiVersion);
    const asked = table?.get(kind);
    if (asked) return asked;
    const group = groupOf(apiVersion);
    if (group === '') return undefined;
    const versions = await this.#versions(group);
    if (!table && versions.includes(apiVersion)) {
      throw new ClassifiedError('transient', `${apiVersion} is announced and not served yet`);
    }
    for (const other of nearestFirst(versions, apiVersion)) {
      const resource = (await this.#table(other))?.get(kind);
      if (resource) return { ...resource, insteadOf: apiVersion };
    }
    return undefined;
  }

  /** Undefined for 404, which is only a hint: see #versions. */
  #table(apiVersion: string): Promise<KindTable | undefined> {
    return once(this.#tables, apiVersion, async () => {
      try {
        const path = groupVersionPath(apiVersion);
        return tableOf(apiVersion, await this.#client.request<ApiResourceList>('GET', path));
      } catch (error) {
        if (error instanceof ApiError && error.status === 404 && apiVersion.includes('/')) return undefined;
        throw error;
      }
    });
  }

  /**
   * The group's versions in the server's order of preference; none when there is no such group. Taken from the list
   * of all groups, because a 404 proves nothing: a proxy with its backend gone gives the same plain answer as an API
   * server without the group, and what is owed to a kind that is "not served" would be forgotten.
   */
  async #versions(group: string): Promise<readonly string[]> {
    const list = await this.#allGroups();
    const found = list.groups?.find(({ name }) => name === group);
    return (found?.versions ?? []).map((version) => version.groupVersion);
  }

  #allGroups(): Promise<ApiGroupList> {
    return once(this.#groups, 'all', async () => {
      const answer = await this.#client.request<ApiGroupList>('GET', '/apis');
      if (answer.kind === 'APIGroupList') return answer;
      throw new ClassifiedError('transient', 'the answer to /apis is not a list of API groups');
    });
  }
}

/** Numbers to sort by: major, stability (GA 3, beta 2, alpha 1), iteration. */
const rankOf = (apiVersion: string): readonly [major: number, stability: number, iteration: number] => {
  const [, major, stage, iteration] = /\/v(\d+)(?:(alpha|beta)(\d+))?$/.exec(apiVersion) ?? [];
  return [Number(major ?? -1), stage === 'alpha' ? 1 : stage === 'beta' ? 2 : 3, Number(iteration ?? 0)];
};

/**
 * The other versions of a group: those of the same major version first, most stable and newest before the others,
 * then the rest in the server's order. That order alone will not do: Kubernetes 1.20 announces autoscaling as
 * v1, v2beta1, v2beta2, and an object that was written for v2 is understood by v2beta2 alone.
 */
const nearestFirst = (versions: readonly string[], asked: string): readonly string[] => {
  const [major] = rankOf(asked);
  const others = versions.filter((version) => version !== asked);
  const near = others
    .filter((version) => rankOf(version)[0] === major)
    .sort((a, b) => rankOf(b)[1] - rankOf(a)[1] || rankOf(b)[2] - rankOf(a)[2]);
  return [...near, ...others.filter((version) => !near.includes(version))];
};

const tableOf = (apiVersion: string, list: ApiResourceList): KindTable => {
  if (list.kind !== 'APIResourceList') {
    throw new ClassifiedError('transient', `the answer for ${apiVersion} is not a list of API resources`);
  }
  const group = groupOf(apiVersion);
  const version = apiVersion.slice(group ? group.length + 1 : 0);
  const table = new Map<string, ApiResource>();
  for (const { name, kind, namespaced, verbs } of list.resources ?? []) {
    // `deployments/scale` is a subresource and may carry another group's kind.
    if (name.includes('/')) continue;
    table.set(kind, {
      group,
      version,
      apiVersion,
      kind,
      plural: name,
      namespaced,
      ...(verbs ? { verbs } : {}),
    });
  }
  return table;
};

/** Single flight and cache; a failure is not kept. */
const once = <K, T>(cache: Map<K, Promise<T>>, key: K, load: () => Promise<T>): Promise<T> => {
  const cached = cache.get(key);
  if (cached) return cached;
  const loading = load().catch((error: unknown) => {
    if (cache.get(key) === loading) cache.delete(key);
    throw error;
  });
  cache.set(key, loading);
  return loading;
};
