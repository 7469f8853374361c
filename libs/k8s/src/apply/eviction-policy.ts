import { isBudget, MADE_FOR_ANNOTATION, type KubeObject } from '@keelson/domain';
import { ApiError } from '../client/errors';

const FIELD = 'unhealthyPodEvictionPolicy';

/**
 * A budget of our making without its eviction policy, where the API server has refused that field as one that it does
 * not know: it came with `policy/v1` of Kubernetes 1.26. `undefined` for any other error, and for a budget of the
 * manifests: what a user writes is applied as it is, or refused in the server's own words.
 *
 * Asking first was rejected: a version does not tell which fields a server has (they are behind gates, and
 * distributions differ), and its OpenAPI document is a hundred times the budget. What is remembered of the apply is
 * the server's answer, so that the field's absence is no drift.
 */
export const withoutUnknownPolicy = (object: KubeObject, error: unknown): KubeObject | undefined => {
  const made = isBudget(object) && object.metadata.annotations?.[MADE_FOR_ANNOTATION] !== undefined;
  if (!made || !(error instanceof ApiError) || !isUnknown(error)) return undefined;
  const { [FIELD]: _, ...spec } = object['spec'] as Record<string, unknown>;
  return { ...object, spec };
};

const isUnknown = ({ message }: ApiError): boolean =>
  message.includes(`.spec.${FIELD}: field not declared in schema`);
