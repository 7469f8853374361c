import { setTimeout as pause } from 'node:timers/promises';
import { groupOf, refOf, type KubeObject, type ObjectRef } from '@keelson/domain';
import { classify, ClassifiedError, type Classified } from '../client/classify';
import { placedRef, type ApiResource } from '../discovery/resource';
import { isOlder } from '../watch/resource-version';
import { driftOf } from '../drift/drift-of';
import { applyBody } from './body';
import type { ApplyRequest, Change, ChangeOutcome } from './change-set';
import type { ApplyDeps, ApplyOptions, Lookup } from './deps';
import { carries, judge, type Live } from './fence';
import { isMissingNamespace, type Namespaces } from './namespaces';
import { ignoredPaths, isIgnored, withLiveValues } from './ignored-fields';
import { handOverReplicas } from './hand-over-replicas';
import { patch, readLive } from './patch';
import { differsFromPlan } from './take-over';

/**
 * A Deployment in the middle of a rolling update changes its status several times a second; five reads outlast that.
 * The first two attempts to follow come at once: most conflicts are with one other writer, who is through by then.
 */
const ATTEMPTS = 5;
const AT_ONCE = 2;
const CONFLICT_PAUSE_MS = 20;

/** Applies one object of a plan. Never throws except for an abort: a failure is a `Change`. */
export const applyObject = async (
  deps: ApplyDeps,
  request: ApplyRequest,
  planned: KubeObject,
  namespaces: Namespaces,
  options: ApplyOptions,
): Promise<Change> => {
  let ref = refOf(planned);
  try {
    const resource = await deps.discovery.resolve(planned.apiVersion, planned.kind);
    ref = placedRef(resource, ref, request.namespace);
    return await settle(deps, request, resource, planned, ref, namespaces, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    return { ref, outcome: 'Failed', error: failureOf(deps, ref, error) };
  }
};

/** A 404 for an apply means that the kind is not served any more: what discovery remembers of it is out of date. */
const failureOf = (deps: ApplyDeps, ref: ObjectRef, error: unknown): Classified => {
  const classified = classify(error);
  if (classified.kind !== 'notFound') return classified;
  deps.discovery.invalidate(groupOf(ref.apiVersion));
  return { ...classified, kind: 'transient' };
};

/** Decides on what the cache shows or a GET tells, writes under the fence, and decides again when the fence holds. */
const settle = async (
  deps: ApplyDeps,
  request: ApplyRequest,
  resource: ApiResource,
  planned: KubeObject,
  ref: ObjectRef,
  namespaces: Namespaces,
  options: ApplyOptions,
): Promise<Change> => {
  const cached = deps.cache?.lookup(ref) ?? 'unknown';
  if (isSettled(deps, request, ref, cached)) {
    return { ref, outcome: 'Unchanged', ...uidOf(cached) };
  }
  const body = applyBody(request, planned, ref);
  let live = cached === 'unknown' ? await readLive(deps.client, resource, ref, options.signal) : cached;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write(deps, request, resource, body, live, options);
    } catch (error) {
      const missing = isMissingNamespace(error) && ref.namespace !== undefined;
      if (!missing && classify(error).kind !== 'conflict') throw error;
      if (attempt === ATTEMPTS) {
        throw new ClassifiedError('transient', `it changed under ${ATTEMPTS} attempts to apply it`, error);
      }
      if (missing) await namespaces.ensure(ref.namespace);
    }
    if (attempt > AT_ONCE) {
      await pause(CONFLICT_PAUSE_MS * attempt, undefined, { signal: options.signal });
    }
    live = newerInCache(deps, ref, live) ?? (await readLive(deps.client, resource, ref, options.signal));
    // Whoever wrote meanwhile may have left nothing to do: two workers on one cluster must not write in turns.
    if (isSettled(deps, request, ref, live)) return { ref, outcome: 'Unchanged', ...uidOf(live) };
  }
};

/** What the watch has brought since a decision was made; a GET would tell the same later. */
const newerInCache = ({ cache }: ApplyDeps, ref: ObjectRef, live: Live): KubeObject | undefined => {
  const cached = cache?.lookup(ref) ?? 'unknown';
  if (typeof cached === 'string') return undefined;
  return live === 'absent' || isOlder(live, cached) ? cached : undefined;
};

/** Nothing to do costs nothing: the cache shows this very plan, and its normal form shows no drift. */
const isSettled = (
  deps: ApplyDeps,
  request: ApplyRequest,
  ref: ObjectRef,
  cached: Lookup,
): cached is KubeObject => {
  if (typeof cached === 'string' || cached.metadata.deletionTimestamp || !carries(cached, request))
    return false;
  const remembered = deps.memory?.get(ref);
  return (
    remembered !== undefined &&
    remembered.plan === request.hash &&
    driftOf(remembered, cached).every((drift) => isIgnored(drift, ignoredPaths(request.ignoreFields, ref)))
  );
};

const write = async (
  deps: ApplyDeps,
  request: ApplyRequest,
  resource: ApiResource,
  body: KubeObject,
  live: Live,
  options: ApplyOptions,
): Promise<Change> => {
  const ref = refOf(body);
  const verdict = judge(request, live, deps.recordedUid?.(ref));
  const send = async (onto: Live, outcome: (answer: KubeObject) => ChangeOutcome): Promise<Change> => {
    const wanted =
      onto === 'absent' ? body : withLiveValues(body, onto, ignoredPaths(request.ignoreFields, ref));
    const answer = await patch(deps.client, resource, wanted, { onto, signal: options.signal });
    deps.memory?.remember(answer, body);
    deps.cache?.store(answer);
    return { ref, outcome: outcome(answer), ...uidOf(answer) };
  };
  switch (verdict.act) {
    case 'Create':
      return send('absent', () => 'Created');
    case 'Update': {
      const onto = await handOverReplicas(deps.client, resource, body, verdict.live, options.signal);
      return send(onto, (answer) => outcomeOf(verdict.live, answer, verdict.takeOver));
    }
    case 'CompareThenTakeOver': {
      const wouldBe = await patch(deps.client, resource, body, { dryRun: true, signal: options.signal });
      const differences = differsFromPlan(wouldBe, verdict.live);
      if (differences.length === 0) return send(verdict.live, () => 'TakenOver');
      throw new ClassifiedError(
        'terminal',
        `it exists, is not of this application, and differs from the plan at ${differences.join(', ')}`,
      );
    }
    case 'Stale':
      return { ref, outcome: 'Stale', ...uidOf(live) };
    case 'Refuse':
      throw new ClassifiedError('terminal', verdict.message);
    case 'Wait':
      throw new ClassifiedError('transient', verdict.message);
  }
};

/** An apply that changes nothing leaves the resourceVersion as it was. */
const outcomeOf = (before: KubeObject, after: KubeObject, takeOver: boolean): ChangeOutcome => {
  if (takeOver) return 'TakenOver';
  return before.metadata.resourceVersion === after.metadata.resourceVersion ? 'Unchanged' : 'Configured';
};

const uidOf = (live: Live): { uid?: string } =>
  live !== 'absent' && live.metadata.uid ? { uid: live.metadata.uid } : {};
