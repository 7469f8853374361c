import { refOf, type KubeObject } from '@keelson/domain';
import { placedRef } from '../discovery/resource';
import { isWhole } from '../drift/is-whole';
import type { NormalForms, Remembered } from '../drift/normal-form';
import { applyBody } from './body';
import type { ApplyRequest } from './change-set';
import type { ApplyDeps } from './deps';
import { rememberByDryRun } from './remember-by-dry-run';

/**
 * The normal form of a planned object that was applied, where the answer to the apply is not remembered any more. From
 * the cache where that shows it as it was sent, else by a dry run. Changes nothing.
 * @throws ApiError, NetworkError, UnknownKindError
 */
export const rememberAgain = async (
  deps: ApplyDeps & { readonly memory: NormalForms },
  request: Pick<ApplyRequest, 'application' | 'generation' | 'hash' | 'namespace'>,
  planned: KubeObject,
  signal?: AbortSignal,
): Promise<Remembered | undefined> => {
  const resource = await deps.discovery.resolve(planned.apiVersion, planned.kind);
  const ref = placedRef(resource, refOf(planned), request.namespace);
  const cached = deps.cache?.lookup(ref) ?? 'unknown';
  const body = applyBody(request, planned, ref);
  if (typeof cached !== 'string' && isWhole(body, cached)) return deps.memory.remember(cached, body);
  return rememberByDryRun(deps, request, planned, signal);
};
