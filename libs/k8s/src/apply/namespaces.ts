import { type KubeObject, type MadeNamespace, type ObjectRef } from '@keelson/domain';
import { classify, ClassifiedError } from '../client/classify';
import { ApiError } from '../client/errors';
import type { ApiResource } from '../discovery/resource';
import type { ApplyRequest } from './change-set';
import type { ApplyDeps } from './deps';
import { patch, readLive } from './patch';

/**
 * Annotation on a Namespace that was made because an application needed it. Without the application's label: it belongs
 * to whoever uses it, and goes when nothing of Keelson's is in it any more and nothing of anybody else's ever was.
 */
export const CREATED_NAMESPACE_FOR = 'keelson.dev/created-namespace-for';

/** Tells whether a request failed because its namespace does not exist. */
export const isMissingNamespace = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 404 && error.details?.kind === 'namespaces';

const NAMESPACE: ApiResource = {
  group: '',
  version: 'v1',
  apiVersion: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};

const refOf = (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Namespace', name });

/** Creates the namespaces that a plan uses and does not bring, once each, only when the API server misses them. */
export class Namespaces {
  readonly #making = new Map<string, Promise<void>>();
  readonly #created: MadeNamespace[] = [];
  readonly #planned: ReadonlySet<string>;

  constructor(
    private readonly deps: ApplyDeps,
    private readonly request: ApplyRequest,
    private readonly signal?: AbortSignal,
  ) {
    const objects = request.waves.flat().filter((object) => object.kind === 'Namespace');
    this.#planned = new Set(objects.map((object) => object.metadata.name));
  }

  get created(): readonly MadeNamespace[] {
    return this.#created;
  }

  ensure(name: string): Promise<void> {
    if (this.#planned.has(name)) {
      throw new ClassifiedError(
        'transient',
        `its namespace ${name} is in the plan and not in the cluster yet`,
      );
    }
    const making = this.#making.get(name) ?? this.#create(name);
    this.#making.set(name, making);
    return making;
  }

  /** Finds those that an earlier attempt made and did not live to tell of. */
  async recall(names: ReadonlySet<string>): Promise<void> {
    for (const name of names) {
      if (this.#planned.has(name) || this.#making.has(name) || this.deps.recordedUid?.(refOf(name))) continue;
      const live = await readLive(this.deps.client, NAMESPACE, { name }, this.signal);
      const madeFor = live !== 'absent' && live.metadata.annotations?.[CREATED_NAMESPACE_FOR];
      if (madeFor === this.request.application) this.#note(live as KubeObject);
    }
  }

  /** Only where there is none, and without our label: one that somebody makes at the same moment stays theirs. */
  async #create(name: string): Promise<void> {
    const annotations = { [CREATED_NAMESPACE_FOR]: this.request.application };
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } };
    try {
      this.#note(await patch(this.deps.client, NAMESPACE, body, { onto: 'absent', signal: this.signal }));
    } catch (error) {
      if (classify(error).kind !== 'conflict') throw error;
    }
  }

  #note({ metadata: { name, uid } }: KubeObject): void {
    if (uid) this.#created.push({ name, uid });
  }
}
