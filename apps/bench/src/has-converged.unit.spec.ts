import { hasConverged, type Deployment } from './has-converged';

const converged: Deployment = {
  metadata: { namespace: 'bench', generation: 3 },
  spec: { replicas: 2, template: { spec: { containers: [{ image: 'web:2' }] } } },
  status: { observedGeneration: 3, replicas: 2, updatedReplicas: 2, readyReplicas: 2 },
};

const withStatus = (change: Deployment['status']): Deployment => ({
  ...converged,
  status: { ...converged.status, ...change },
});

describe('hasConverged', () => {
  it('when all pods are new and Ready', () => expect(hasConverged(converged, 'web:2')).toBe(true));

  it.each([
    ['another image', converged, 'web:1'],
    ['a spec that its controller has not seen', withStatus({ observedGeneration: 2 }), 'web:2'],
    ['old pods', withStatus({ updatedReplicas: 1 }), 'web:2'],
    ['pods that are not Ready', withStatus({ readyReplicas: 1 }), 'web:2'],
    ['a pod too many', withStatus({ replicas: 3 }), 'web:2'],
    ['no status', { ...converged, status: undefined }, 'web:2'],
  ])('not with %s', (_, deployment, image) => expect(hasConverged(deployment, image)).toBe(false));
});
