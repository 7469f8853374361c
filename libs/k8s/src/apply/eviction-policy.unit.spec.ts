import type { KubeObject } from '@keelson/domain';
import { ApiError } from '../client/errors';
import { withoutUnknownPolicy } from './eviction-policy';

const budget = (annotations: Record<string, string>): KubeObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', annotations },
  spec: { maxUnavailable: '10%', unhealthyPodEvictionPolicy: 'AlwaysAllow' },
});
const made = budget({ 'keelson.dev/made-for': 'Deployment/web' });
/** As Kubernetes 1.20 says it. */
const unknown = new ApiError(
  500,
  '',
  'failed to create typed patch object: .spec.unhealthyPodEvictionPolicy: field not declared in schema',
);

describe('the eviction policy of a budget', () => {
  it('is left out where the API server does not know it', () => {
    expect(withoutUnknownPolicy(made, unknown)).toEqual({ ...made, spec: { maxUnavailable: '10%' } });
  });

  it.each<[string, KubeObject, unknown]>([
    ['a budget of the manifests', budget({}), unknown],
    ['another error', made, new ApiError(422, 'Invalid', '.spec.selector: field is immutable')],
    ['no answer', made, new Error('reset')],
    ['another kind', { ...made, apiVersion: 'v1', kind: 'ConfigMap' }, unknown],
  ])('is not looked at for %s', (_, object, error) => {
    expect(withoutUnknownPolicy(object, error)).toBeUndefined();
  });
});
