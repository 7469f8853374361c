import { FIELD_MANAGER, type KubeObject } from '@keelson/domain';
import { ClassifiedError } from '../client/classify';
import { ApiError } from '../client/errors';
import type { ApplyRequest } from './change-set';
import type { ApplyDeps } from './deps';

/** Annotation on a Namespace that was made because an application needed it. It is never pruned with the application. */
export const CREATED_NAMESPACE_FOR = 'keelson.dev/created-namespace-for';

/** Tells whether a request failed because its namespace does not exist. */
export const isMissingNamespace = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 404 && error.details?.kind === 'namespaces';

/** Creates the namespaces that a plan uses and does not bring, once each, only when the API server misses them. */
export class Namespaces {
  readonly #making = new Map<string, Promise<void>>();
  readonly #created: string[] = [];
  readonly #planned: ReadonlySet<string>;

  constructor(
    private readonly deps: ApplyDeps,
    private readonly request: ApplyRequest,
    private readonly signal?: AbortSignal,
  ) {
    const objects = request.waves.flat().filter((object) => object.kind === 'Namespace');
    this.#planned = new Set(objects.map((object) => object.metadata.name));
  }

  get created(): readonly string[] {
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

  /** Without force and without our label: a namespace that somebody makes at the same moment stays theirs. */
  async #create(name: string): Promise<void> {
    await this.deps.client.request<KubeObject>('PATCH', `/api/v1/namespaces/${encodeURIComponent(name)}`, {
      query: { fieldManager: FIELD_MANAGER },
      contentType: 'application/apply-patch+yaml',
      body: {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, annotations: { [CREATED_NAMESPACE_FOR]: this.request.application } },
      },
      signal: this.signal,
    });
    this.#created.push(name);
  }
}
