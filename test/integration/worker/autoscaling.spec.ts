import type { KubeObject } from '@keelson/domain';
import { until } from '../../support/until';
import { deployment, startFleet, type Fleet } from './fleet-harness';

jest.setTimeout(30_000);

const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const autoscaler: KubeObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 2,
    maxReplicas: 20,
  },
};

/** As an API server of 1.20, where `scale` moves no ownership, and as later ones, where it does. */
describe.each([false, true])('a workload that gets an autoscaler (scale is tracked: %s)', (tracksScale) => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await startFleet(['eu-1'], { tracksScale });
    await fleet.register('eu-1');
    await fleet.define('shop');
  });
  afterAll(() => fleet?.stop());

  const cluster = () => fleet.simulator.cluster('eu-1');
  const replicas = (): number => (cluster().get(web)?.['spec'] as { replicas: number }).replicas;
  const succeeds = async (version: string, objects: KubeObject[]): Promise<void> => {
    const { value: run } = await fleet.release('shop', version, objects);
    await until(`${version} succeeds`, async () => {
      const { rows } = await fleet.pool.query('select phase from read.runs where id = $1', [run]);
      return rows[0]?.phase === 'Succeeded';
    });
  };
  /** Every count that the Deployment was ever given. */
  const counts: number[] = [];
  const watch = (): void => {
    if (counts.at(-1) !== replicas()) counts.push(replicas());
  };

  it('keeps its count when it gets it', async () => {
    await succeeds('1', [deployment('shop:1', 6)]);
    const looking = setInterval(watch, 1);
    await succeeds('2', [deployment('shop:1', 6), autoscaler]).finally(() => clearInterval(looking));
    expect(counts).toEqual([6]);
  });

  it('keeps what the autoscaler said, release after release', async () => {
    cluster().edit(web, (object) => ((object['spec'] as any).replicas = 9), 'kube-controller-manager');
    await succeeds('3', [deployment('shop:3', 6), autoscaler]);
    expect(replicas()).toBe(9);
    expect(await fleet.store.log.read({ cluster: 'eu-1', type: 'DriftDetected' })).toEqual([]);
  });

  it('takes the count of its manifest again when the autoscaler goes', async () => {
    await succeeds('4', [deployment('shop:4', 5)]);
    expect(replicas()).toBe(5);
    await succeeds('5', [deployment('shop:5', 5), autoscaler]);
    expect(replicas()).toBe(5);
  });
});
