import { setTimeout as pause } from 'node:timers/promises';
import { groupOf, type KubeObject } from '@keelson/domain';
import { classify, ClassifiedError } from '../client/classify';
import { UnknownKindError } from '../discovery/discovery';
import { collectionPath } from '../discovery/resource';
import { isRecord } from '../drift/fields-v1';
import type { ApplyDeps, ApplyOptions } from './deps';

const ESTABLISH_TIMEOUT_MS = 30_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 500;

/** The kind that a CustomResourceDefinition brings; undefined for anything else. */
export const definedKind = (object: KubeObject): { group: string; kind: string } | undefined => {
  if (object.kind !== 'CustomResourceDefinition' || !isRecord(object['spec'])) return undefined;
  const { group, names } = object['spec'];
  if (typeof group !== 'string' || !isRecord(names) || typeof names['kind'] !== 'string') return undefined;
  return { group, kind: names['kind'] };
};

/** `group/kind`, without the version: what a definition and its objects have in common. */
export const kindKey = (group: string, kind: string): string => `${group}/${kind}`;
export const kindKeyOf = (object: KubeObject): string => kindKey(groupOf(object.apiVersion), object.kind);

/**
 * Waits until the API server serves these versions of a kind. `Established` alone is too early: discovery and the
 * handler learn of the kind from their own watches some milliseconds later, so the collection itself is asked.
 * @throws ClassifiedError (transient) when it is not served in time
 */
export const waitUntilServed = async (
  deps: ApplyDeps,
  kind: string,
  apiVersions: readonly string[],
  options: ApplyOptions,
): Promise<void> => {
  const deadline = Date.now() + (options.establishTimeoutMs ?? ESTABLISH_TIMEOUT_MS);
  let wait = FIRST_PAUSE_MS;
  for (const apiVersion of apiVersions) {
    while (!(await isServed(deps, apiVersion, kind, options.signal))) {
      if (Date.now() + wait > deadline) {
        throw new ClassifiedError(
          'transient',
          `the definition of ${kind} is not served in ${apiVersion} yet`,
        );
      }
      await pause(wait, undefined, { signal: options.signal });
      wait = Math.min(wait * 1.5, LONGEST_PAUSE_MS);
      deps.discovery.invalidate(groupOf(apiVersion));
    }
  }
};

/** Tells whether discovery has the kind in all these versions; asks the server only for what it does not remember. */
export const isKnown = async (
  deps: ApplyDeps,
  kind: string,
  apiVersions: readonly string[],
): Promise<boolean> => {
  try {
    const found = await Promise.all(apiVersions.map((version) => deps.discovery.resolve(version, kind)));
    return found.every((resource) => resource.insteadOf === undefined);
  } catch (error) {
    if (error instanceof UnknownKindError) return false;
    throw error;
  }
};

const isServed = async (
  deps: ApplyDeps,
  apiVersion: string,
  kind: string,
  signal?: AbortSignal,
): Promise<boolean> => {
  try {
    const resource = await deps.discovery.resolve(apiVersion, kind);
    if (resource.insteadOf) return false;
    await deps.client.request('GET', collectionPath(resource), { query: { limit: 1 }, signal });
    return true;
  } catch (error) {
    // 404: announced and not handled yet; transient: the handler is being set up.
    const { kind: why } = classify(error);
    if (error instanceof UnknownKindError || why === 'notFound' || why === 'transient') return false;
    throw error;
  }
};
