import { DEFAULT_STRATEGY, type KubeObject } from '@keelson/domain';
import { ContractClient } from '../../contract/kubernetes/client';
import { until } from '../../support/until';
import { deployment, startFleet, type Fleet } from './fleet-harness';

jest.setTimeout(60_000);

const tenths = Array.from({ length: 10 }, (_, index) => ({ size: `${(index + 1) * 10}%` }));
const objects = [deployment('shop:1', 20)];
const own: KubeObject = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'own', namespace: 'shop' },
  spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
};

describe('budgets that travel with an application', () => {
  let fleet: Fleet;
  let client: ContractClient;
  const cluster = () => fleet.simulator.cluster('eu');
  const budgets = (): any[] => cluster().list('policy/v1', 'PodDisruptionBudget', 'shop');
  const ready = (): KubeObject[] =>
    cluster()
      .pods('shop', 'app=web')
      .filter(
        ({ metadata, status }: any) =>
          !metadata.deletionTimestamp &&
          status.conditions?.some(({ type, status: is }: any) => type === 'Ready' && is === 'True'),
      );

  const settles = (run: string): Promise<unknown> =>
    until(`${run} succeeds and the target is well`, async () => {
      const { rows } = await fleet.pool.query(
        `select 1 from read.runs r join read.targets t on t.application = r.application
         where r.id = $1 and r.phase = 'Succeeded' and t.generation = t.applied_generation
           and t.health ->> 'status' = 'Current'
           and not exists (select from read.inventory i where i.application = t.application and not i.wanted)`,
        [run],
      );
      return rows.length > 0;
    });

  beforeAll(async () => {
    fleet = await startFleet(['eu']);
    const { url } = fleet.simulator;
    const { token } = cluster();
    client = new ContractClient({ name: 'eu', server: `${url}/clusters/eu`, token, controllers: true });
    await fleet.register('eu');
    await fleet.define('shop', {
      objects,
      disruptionBudget: 'Auto',
      strategy: { ...DEFAULT_STRATEGY, batches: tenths },
    });
    const { value: run } = await fleet.release('shop', '1', objects);
    await settles(run!);
  });
  afterAll(async () => {
    await client?.close();
    await fleet?.stop();
  });

  const evict = async (pod: KubeObject | undefined): Promise<number> => {
    const { name } = pod!.metadata;
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
    return (await client.post(`/api/v1/namespaces/shop/pods/${name}/eviction`, eviction)).status;
  };
  const cordon = (unschedulable: boolean): void => {
    for (const { metadata } of cluster().list('v1', 'Node')) {
      cluster().edit({ apiVersion: 'v1', kind: 'Node', name: metadata.name }, (node) => {
        (node['spec'] as { unschedulable?: boolean }).unschedulable = unschedulable;
      });
    }
  };

  it('let two of twenty pods go at ten batches, and the third when a replacement is ready', async () => {
    expect(budgets()).toMatchObject([{ spec: { maxUnavailable: '10%' } }]);
    await until('two may go', () => budgets()[0].status?.disruptionsAllowed === 2);
    // Replacements find no node, so that nothing becomes ready meanwhile.
    cordon(true);
    const [first, second, third] = ready();
    expect([await evict(first), await evict(second), await evict(third)]).toEqual([201, 201, 429]);
    expect(ready()).toHaveLength(18);
    cordon(false);
    await until('replacements are ready', () => ready().length === 20);
    await until('the third may go', async () => (await evict(third)) === 201);
    await until('all are back', () => ready().length === 20);
  });

  it('come back when somebody deletes them, or changes what they allow', async () => {
    const [{ metadata }] = budgets();
    const ref = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      namespace: 'shop',
      name: metadata.name,
    };
    cluster().delete(ref);
    await until('it is back', () => budgets().length === 1 && budgets()[0].metadata.uid !== metadata.uid);
    cluster().edit(ref, (object) => ((object['spec'] as any).maxUnavailable = 0));
    await until('it allows again', () => budgets()[0].spec.maxUnavailable === '10%');
  });

  it('never meet one of the manifests on a pod: what goes is gone before what comes', async () => {
    const [{ metadata }] = budgets();
    const { body } = await client.get('/apis/policy/v1/namespaces/shop/poddisruptionbudgets');
    const watch = await client.watch(
      '/apis/policy/v1/namespaces/shop/poddisruptionbudgets',
      `resourceVersion=${body.metadata.resourceVersion}`,
    );
    const moves = (): string[] =>
      watch.events
        .filter(({ type }) => type !== 'MODIFIED')
        .map(({ type, object }) => `${type} ${object.metadata.name}`);

    const { value: withOwn } = await fleet.release('shop', '2', [...objects, own]);
    await settles(withOwn!);
    expect(budgets().map(({ metadata: { name } }) => name)).toEqual(['own']);
    const { value: without } = await fleet.release('shop', '3', objects);
    await settles(without!);
    expect(budgets().map(({ metadata: { name } }) => name)).toEqual([metadata.name]);
    await until('the watch has seen it all', () => moves().length === 4);
    expect(moves()).toEqual([
      `DELETED ${metadata.name}`,
      'ADDED own',
      'DELETED own',
      `ADDED ${metadata.name}`,
    ]);
    // What was pruned before the plan was applied is not told twice.
    const pruned = await fleet.store.log.read({ application: 'shop', type: 'ObjectsPruned' });
    expect(pruned.map(({ data }) => (data as any).objects.map(({ name }: any) => name))).toEqual([
      [metadata.name],
      ['own'],
    ]);
  });

  it('are kept as they are by an application from before there were any, until it is defined anew', async () => {
    const before = [deployment('old:1')];
    before[0]!.metadata = { name: 'old', namespace: 'old' };
    await fleet.define('old', { namespace: 'old', objects: before });
    const { value: run } = await fleet.release('old', '1', before);
    await settles(run!);
    const live = (): KubeObject[] => cluster().list('policy/v1', 'PodDisruptionBudget', 'old');
    expect(live()).toEqual([]);
    await fleet.define('old', { namespace: 'old', objects: before, disruptionBudget: 'Auto' });
    await until('it has its budget', () => live().length === 1);
  });
});
