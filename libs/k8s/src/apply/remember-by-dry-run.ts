import { refOf, type KubeObject } from '@keelson/domain';
import { placedRef } from '../discovery/resource';
import type { NormalForms, Remembered } from '../drift/normal-form';
import { applyBody } from './body';
import type { ApplyRequest } from './change-set';
import type { ApplyDeps } from './deps';
import { patch } from './patch';

/**
 * The normal form of a planned object without writing it, for when the answer to the apply is not remembered any
 * more (a restart, an object taken over) and drift must be judged, not corrected. One request, changes nothing.
 * @throws ApiError, NetworkError, UnknownKindError
 */
export const rememberByDryRun = async (
  deps: ApplyDeps & { readonly memory: NormalForms },
  request: Pick<ApplyRequest, 'application' | 'generation' | 'hash' | 'namespace'>,
  planned: KubeObject,
  signal?: AbortSignal,
): Promise<Remembered | undefined> => {
  const resource = await deps.discovery.resolve(planned.apiVersion, planned.kind);
  const body = applyBody(request, planned, placedRef(resource, refOf(planned), request.namespace));
  return deps.memory.remember(await patch(deps.client, resource, body, { dryRun: true, signal }), body);
};
