import { until } from '../../support/until';
import { configMap, deployment, startFleet, type Fleet } from './fleet-harness';

const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const settings = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' };

jest.setTimeout(30_000);

describe('a worker over two clusters', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await startFleet(['eu-1', 'us-1']);
    await fleet.register('eu-1', { tier: 'canary' });
    await fleet.register('us-1', { tier: 'prod' });
    await fleet.define('shop');
  });
  afterAll(() => fleet?.stop());

  const runPhase = async (run: string): Promise<string | undefined> =>
    (await fleet.pool.query(`select phase from read.runs where id = $1`, [run])).rows[0]?.phase;

  const eventsOf = async (cluster: string, type: string): Promise<any[]> =>
    (await fleet.store.log.read({ cluster, type })).map(({ data }) => data);

  it('brings a release to every cluster', async () => {
    const { value: run } = await fleet.release('shop', '1', [deployment('shop:1'), configMap('hello')]);
    await until('the run succeeds', async () => (await runPhase(run!)) === 'Succeeded');
    for (const name of ['eu-1', 'us-1']) {
      const cluster = fleet.simulator.cluster(name);
      expect(cluster.get(settings)?.['data']).toEqual({ greeting: 'hello' });
      expect(cluster.get(web)?.['status']).toMatchObject({ readyReplicas: 2, updatedReplicas: 2 });
    }
  });

  it('puts a foreign edit right, and records who made it', async () => {
    const cluster = fleet.simulator.cluster('eu-1');
    cluster.edit(web, (object) => ((object['spec'] as any).replicas = 9), 'kubectl-scale');
    await until('the edit is put right', () => (cluster.get(web)?.['spec'] as any).replicas === 2);
    const [drift] = await until('it is recorded', async () => {
      const found = await eventsOf('eu-1', 'DriftDetected');
      return found.length > 0 && found;
    });
    expect(drift.changes).toMatchObject([
      { path: '/spec/replicas', from: 2, to: 9, manager: 'kubectl-scale' },
    ]);
    await until(
      'the correction is recorded',
      async () => (await eventsOf('eu-1', 'DriftCorrected')).length === 1,
    );
  });

  it('makes a deleted object again', async () => {
    const cluster = fleet.simulator.cluster('us-1');
    cluster.delete(settings);
    await until('it is back', () => cluster.get(settings) !== undefined);
  });

  it('scales at once, without a run', async () => {
    await fleet.application('shop', { type: 'ScaleApplication', scale: { replicas: 4 } });
    for (const name of ['eu-1', 'us-1']) {
      await until(
        'four replicas are ready',
        () => (fleet.simulator.cluster(name).get(web)?.['status'] as any).readyReplicas === 4,
      );
    }
  });

  it('prunes what a release no longer has, and nothing else', async () => {
    const cluster = fleet.simulator.cluster('eu-1');
    cluster.create({ ...configMap('mine'), metadata: { name: 'foreign', namespace: 'shop' } });
    await fleet.release('shop', '2', [deployment('shop:2')]);
    await until('the object is gone', () => cluster.get(settings) === undefined);
    expect(cluster.get({ ...settings, name: 'foreign' })).toBeDefined();
    await until('nothing is owed', async () => {
      const { rows } = await fleet.pool.query('select 1 from read.inventory where not wanted');
      return rows.length === 0;
    });
  });

  it('catches up with a cluster that was away, straight to the newest plan', async () => {
    const cluster = fleet.simulator.cluster('us-1');
    cluster.setReachable(false);
    await until('it is noticed', async () => (await eventsOf('us-1', 'ClusterUnreachable')).length === 1);
    await fleet.release('shop', '3', [deployment('shop:3')]);
    const { value: run } = await fleet.release('shop', '4', [deployment('shop:4')]);
    await until('the rest goes on', () => imageOf(fleet, 'eu-1') === 'shop:4');
    expect(await runPhase(run!)).toBe('Progressing');
    cluster.setReachable(true);
    await until('the run succeeds', async () => (await runPhase(run!)) === 'Succeeded');
    expect(imageOf(fleet, 'us-1')).toBe('shop:4');
    expect(cluster.list('apps/v1', 'ReplicaSet', 'shop').map(imageIn)).not.toContain('shop:3');
  });

  it('sends nothing to a fleet that is as it should be, also after a restart', async () => {
    await fleet.stopWorker();
    await fleet.startWorker();
    const synced = async () => {
      await fleet.application('shop', { type: 'ScaleApplication', scale: { replicas: 3 } });
      for (const name of ['eu-1', 'us-1']) {
        await until(
          'the worker is at work',
          () => (fleet.simulator.cluster(name).get(web)?.['status'] as any).readyReplicas === 3,
        );
      }
    };
    await synced();
    const head = await until('the log is quiet', () => quiet(fleet));
    const before = ['eu-1', 'us-1'].map((name) => fleet.simulator.cluster(name).requests.writes);
    await fleet.stopWorker();
    await fleet.startWorker();
    const drifts = (await eventsOf('eu-1', 'DriftDetected')).length;
    fleet.simulator.cluster('eu-1').edit(web, (object) => ((object['spec'] as any).replicas = 1));
    await until(
      'drift is found again',
      async () => (await eventsOf('eu-1', 'DriftCorrected')).length > drifts,
    );
    const after = ['eu-1', 'us-1'].map((name) => fleet.simulator.cluster(name).requests.writes);
    expect(after[1]! - before[1]!).toBe(0);
    expect(after[0]! - before[0]!).toBe(1);
    expect(head).toBeGreaterThan(0);
  });

  it('removes an application from every cluster', async () => {
    await fleet.application('shop', { type: 'DeleteApplication' });
    for (const name of ['eu-1', 'us-1']) {
      await until('the workload is gone', () => fleet.simulator.cluster(name).get(web) === undefined);
    }
    await until(
      'no target is left',
      async () => (await fleet.pool.query('select 1 from read.targets')).rows.length === 0,
    );
    expect(fleet.simulator.cluster('eu-1').get({ ...settings, name: 'foreign' })).toBeDefined();
  });
});

const imageIn = (object: any): string => object.spec.template.spec.containers[0].image;

const imageOf = (fleet: Fleet, cluster: string): string | undefined => {
  const object = fleet.simulator.cluster(cluster).get(web);
  return object && imageIn(object);
};

/** The head of the log once it has stood still for a while. */
const quiet = async (fleet: Fleet): Promise<number | undefined> => {
  const { position } = await fleet.store.log.head();
  await new Promise((resolve) => setTimeout(resolve, 300));
  return (await fleet.store.log.head()).position === position ? position : undefined;
};
