import { isBudget, MADE_FOR_ANNOTATION, type KubeObject } from '@keelson/domain';
import type { ClusterClient } from '../client/cluster-client';
import { ApiError } from '../client/errors';

type Requester = Pick<ClusterClient, 'request'>;

const FIELD = 'unhealthyPodEvictionPolicy';

/** Milliseconds for which a refusal is believed: an upgrade of the cluster may bring the field. */
const BELIEVED_MS = 10 * 60_000;

/** API servers that do not know the field, and when each of them said so last. */
const refusals = new WeakMap<Requester, number>();

/**
 * Sends a budget of our making without its eviction policy where the API server has refused that field as one that it
 * does not know: it came with `policy/v1` of Kubernetes 1.26. A refusal is remembered, else every budget would cost
 * an old server two requests. A budget of the manifests is sent as it is, or refused in the server's own words.
 *
 * Asking first was rejected: a version does not tell which fields a server has (they are behind gates, and
 * distributions differ), and its OpenAPI document is a hundred times the budget. What is remembered of the apply is
 * the server's answer, so that the field's absence is no drift.
 */
export const withKnownPolicy = async <T>(
  client: Requester,
  object: KubeObject,
  send: (object: KubeObject) => Promise<T>,
  now = Date.now(),
): Promise<T> => {
  const made = isBudget(object) && object.metadata.annotations?.[MADE_FOR_ANNOTATION] !== undefined;
  if (!made) return send(object);
  if (now - (refusals.get(client) ?? -Infinity) < BELIEVED_MS) return send(withoutPolicy(object));
  try {
    return await send(object);
  } catch (error) {
    if (!(error instanceof ApiError) || !isUnknown(error)) throw error;
    refusals.set(client, now);
    return send(withoutPolicy(object));
  }
};

const withoutPolicy = (object: KubeObject): KubeObject => {
  const { [FIELD]: _, ...spec } = object['spec'] as Record<string, unknown>;
  return { ...object, spec };
};

const isUnknown = ({ message }: ApiError): boolean =>
  message.includes(`.spec.${FIELD}: field not declared in schema`);
