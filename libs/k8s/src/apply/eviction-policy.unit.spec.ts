import type { KubeObject } from '@keelson/domain';
import { ApiError } from '../client/errors';
import { withKnownPolicy } from './eviction-policy';

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

/** An old API server: it refuses the field, and keeps what it was sent. */
const oldServer = () => {
  const sent: KubeObject[] = [];
  const send = (object: KubeObject) => {
    sent.push(object);
    const { unhealthyPodEvictionPolicy: field } = object['spec'] as Record<string, unknown>;
    return field === undefined ? Promise.resolve(object) : Promise.reject(unknown);
  };
  return { sent, send, client: { request: () => Promise.reject(new Error('not by this way')) } };
};

describe('the eviction policy of a budget', () => {
  const without = { ...made, spec: { maxUnavailable: '10%' } };

  it('is left out where the API server does not know it, which is asked once', async () => {
    const { sent, send, client } = oldServer();
    await expect(withKnownPolicy(client, made, send)).resolves.toEqual(without);
    await expect(withKnownPolicy(client, made, send)).resolves.toEqual(without);
    expect(sent).toEqual([made, without, without]);
  });

  it('is offered again after a while, and to another server at once', async () => {
    const { sent, send, client } = oldServer();
    const MINUTE = 60_000;
    await withKnownPolicy(client, made, send, 0);
    await withKnownPolicy(client, made, send, 9 * MINUTE);
    await withKnownPolicy(client, made, send, 11 * MINUTE);
    expect(sent).toEqual([made, without, without, made, without]);
    await withKnownPolicy(oldServer().client, made, send, 0);
    expect(sent.slice(5)).toEqual([made, without]);
  });

  it.each<[string, KubeObject, unknown]>([
    ['a budget of the manifests', budget({}), unknown],
    ['another error', made, new ApiError(422, 'Invalid', '.spec.selector: field is immutable')],
    ['no answer', made, new Error('reset')],
    ['another kind', { ...made, apiVersion: 'v1', kind: 'ConfigMap' }, unknown],
  ])('is not looked at for %s', async (_, object, error) => {
    const send = jest.fn(() => Promise.reject(error as Error));
    await expect(withKnownPolicy(oldServer().client, object, send)).rejects.toBe(error);
    expect(send.mock.calls).toEqual([[object]]);
  });
});
