import { refOf, type KubeObject, type MadeNamespace } from '@keelson/domain';
import { classify, type Classified } from '../client/classify';
import { placedRef } from '../discovery/resource';
import { applyObject } from './apply-object';
import type { ApplyRequest, Change, ChangeSet } from './change-set';
import type { ApplyDeps, ApplyOptions } from './deps';
import { definedKind, isKnown, kindKey, kindKeyOf, waitUntilServed } from './established';
import { mapAtMost } from './in-turn';
import { Namespaces } from './namespaces';

/** Twice the client's own limit: it is never idle, and a plan that must stop has few objects under way. */
const UNDER_WAY = 16;

/**
 * Applies a plan by server-side apply, wave after wave, and tells what became of every object.
 *
 * A failed object stops only what needs it: objects in a Namespace of the plan that failed, and objects of a kind
 * whose CustomResourceDefinition failed, are `Skipped`. (Stopping all later waves was rejected: one bad
 * ConfigMap would keep a Service from every application in the plan.) Two things stop the whole plan: a newer
 * generation in the cluster (the rest is `Stale`), and a cluster that does not answer or does not know us (the rest
 * is `Skipped`, else 500 objects would each wait for their timeout).
 *
 * Throws only the signal's reason; applying again is always safe.
 */
export const applyPlan = async (
  deps: ApplyDeps,
  request: ApplyRequest,
  options: ApplyOptions = {},
): Promise<ChangeSet> => {
  const run = new PlanRun(deps, request, options);
  const changes: Change[] = [];
  for (const [index, wave] of request.waves.entries()) {
    options.signal?.throwIfAborted();
    const done = await mapAtMost(wave, UNDER_WAY, (object) => run.apply(object));
    changes.push(...done);
    await run.awaitDefinitions(wave, done, request.waves.slice(index + 1).flat());
  }
  if (request.isFirst) await run.recallNamespaces(changes);
  return {
    application: request.application,
    generation: request.generation,
    hash: request.hash,
    changes,
    applied: changes.every(({ outcome }) => !NOT_APPLIED.has(outcome)),
    stale: run.stale,
    createdNamespaces: run.createdNamespaces,
  };
};

const NOT_APPLIED: ReadonlySet<Change['outcome']> = new Set(['Failed', 'Stale', 'Skipped']);

/** What the objects of one run of a plan have to know of each other. */
class PlanRun {
  stale = false;
  #down: Classified | undefined;
  readonly #failedNamespaces = new Set<string>();
  readonly #failedKinds = new Set<string>();
  readonly #namespaces: Namespaces;

  constructor(
    private readonly deps: ApplyDeps,
    private readonly request: ApplyRequest,
    private readonly options: ApplyOptions,
  ) {
    this.#namespaces = new Namespaces(deps, request, options.signal);
  }

  get createdNamespaces(): readonly MadeNamespace[] {
    return this.#namespaces.created;
  }

  /** An object that was ours before the first plan was applied tells of an attempt before this one. */
  async recallNamespaces(changes: readonly Change[]): Promise<void> {
    const earlier = changes.filter(({ outcome }) => outcome === 'Configured' || outcome === 'Unchanged');
    try {
      await this.#namespaces.recall(new Set(earlier.flatMap(({ ref }) => ref.namespace ?? [])));
    } catch (error) {
      this.options.signal?.throwIfAborted();
      this.#notice(classify(error));
    }
  }

  async apply(object: KubeObject): Promise<Change> {
    this.options.signal?.throwIfAborted();
    if (this.stale) return { ref: refOf(object), outcome: 'Stale' };
    const hindrance = this.#down ?? (await this.#missingFor(object));
    const change: Change = hindrance
      ? { ref: refOf(object), outcome: 'Skipped', error: hindrance }
      : await applyObject(this.deps, this.request, object, this.#namespaces, this.options);
    this.#learn(object, change);
    return change;
  }

  /** After a wave: its new kinds must be served before their objects come. */
  async awaitDefinitions(
    wave: readonly KubeObject[],
    changes: readonly Change[],
    later: readonly KubeObject[],
  ): Promise<void> {
    if (this.stale || this.#down) return;
    await Promise.all(wave.map((object, index) => this.#awaitDefinition(object, changes[index], later)));
  }

  async #awaitDefinition(
    object: KubeObject,
    change: Change | undefined,
    later: readonly KubeObject[],
  ): Promise<void> {
    const defined = definedKind(object);
    if (!defined) return;
    const key = kindKey(defined.group, defined.kind);
    const waiting = later.filter((other) => kindKeyOf(other) === key);
    if (waiting.length === 0 || this.#failedKinds.has(key)) return;
    const versions = [...new Set(waiting.map((other) => other.apiVersion))];
    try {
      // Served since an earlier plan: discovery remembers, and nothing is asked.
      if (change?.outcome === 'Unchanged' && (await isKnown(this.deps, defined.kind, versions))) return;
      await waitUntilServed(this.deps, defined.kind, versions, this.options);
    } catch (error) {
      this.options.signal?.throwIfAborted();
      this.#failedKinds.add(key);
      this.#notice(classify(error));
    }
  }

  async #missingFor(object: KubeObject): Promise<Classified | undefined> {
    if (this.#failedKinds.has(kindKeyOf(object))) {
      return { kind: 'transient', message: `waits for the definition of ${object.kind}` };
    }
    const namespace = this.#failedNamespaces.size > 0 ? await this.#namespaceOf(object) : undefined;
    return namespace !== undefined && this.#failedNamespaces.has(namespace)
      ? { kind: 'transient', message: `waits for Namespace ${namespace}` }
      : undefined;
  }

  /** Only discovery knows whether an object without a namespace takes the application's. */
  async #namespaceOf(object: KubeObject): Promise<string | undefined> {
    try {
      const resource = await this.deps.discovery.resolve(object.apiVersion, object.kind);
      return placedRef(resource, refOf(object), this.request.namespace).namespace;
    } catch {
      // The apply itself meets the same error and reports it.
      return undefined;
    }
  }

  #learn(object: KubeObject, change: Change): void {
    if (change.outcome === 'Stale') this.stale = true;
    if (change.error) this.#notice(change.error);
    if (change.outcome !== 'Failed' && change.outcome !== 'Skipped') return;
    if (object.kind === 'Namespace') this.#failedNamespaces.add(object.metadata.name);
    const defined = definedKind(object);
    if (defined) this.#failedKinds.add(kindKey(defined.group, defined.kind));
  }

  #notice(error: Classified): void {
    if (error.kind === 'unreachable' || error.kind === 'unauthorized') this.#down ??= error;
  }
}
