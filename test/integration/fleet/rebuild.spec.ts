import { fleetProjection } from '@keelson/worker';
import { until } from '../../support/until';
import { configMap, deployment, startFleet, type Fleet } from '../worker/fleet-harness';

const TABLES = [
  'clusters',
  'applications',
  'releases',
  'runs',
  'plan_contents',
  'targets',
  'inventory',
  'nodes',
  'node_repairs',
  'node_tallies',
  'node_repair_policies',
];

const contentsOf = async (fleet: Fleet): Promise<Record<string, unknown[]>> => {
  const contents: Record<string, unknown[]> = {};
  for (const table of TABLES) {
    const { rows } = await fleet.pool.query(
      `select to_jsonb(t) as row from read.${table} t order by to_jsonb(t)::text`,
    );
    contents[table] = rows.map(({ row }) => row);
  }
  return contents;
};

describe('the fleet read model', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await startFleet(['a', 'b', 'c']);
    for (const [index, name] of ['a', 'b', 'c'].entries())
      await fleet.register(name, { tier: index === 0 ? 'canary' : 'prod' });
  });
  afterAll(() => fleet?.stop());

  /** The whole log, folded by the projection alone. */
  const projected = async (): Promise<Record<string, unknown[]>> => {
    const projection = fleet.store.runProjection(fleetProjection());
    await projection.ready;
    await projection.waitFor((await fleet.store.log.head()).position, 10_000);
    await projection.stop();
    return contentsOf(fleet);
  };

  it('is the same after a rebuild from the log, whatever the batches', async () => {
    await fleet.define('shop', {
      overrides: [{ clusterSelector: { matchLabels: { tier: 'prod' } }, replicas: 3 }],
    });
    await fleet.release('shop', '1', [deployment('shop:1'), configMap('one')]);
    await fleet.application('shop', {
      type: 'ScaleApplication',
      scale: { replicas: 4, clusterSelector: { matchLabels: { tier: 'canary' } } },
    });
    await fleet.release('shop', '2', [deployment('shop:2'), configMap('two'), configMap('more', 'extra')]);
    const { value: run } = await fleet.release('shop', '3', [deployment('shop:3'), configMap('two')]);
    const settings = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' };
    const cluster = fleet.simulator.cluster('b');
    await until('a plan is applied', () => cluster.get(settings) !== undefined);
    cluster.edit(settings, (object) => (object['data'] = { greeting: 'changed by hand' }));
    await until('the last run succeeds', async () => {
      const { rows } = await fleet.pool.query('select phase from read.runs where id = $1', [run]);
      return rows[0]?.phase === 'Succeeded';
    });
    await until(
      'nothing is owed',
      async () => (await fleet.pool.query('select from read.inventory where not wanted')).rowCount === 0,
    );
    await fleet.register('c', { tier: 'canary' });
    await fleet.stopWorker();

    // Nobody adds to the log any more, so the two are of one position.
    const live = await projected();
    expect(live['targets']).toHaveLength(3);
    // A read model of an older version: what the runner finds after an upgrade.
    await fleet.pool.query(`update checkpoints set version = 0 where name = 'fleet'`);
    await fleet.pool.query(`update read.targets set record = jsonb_set(record, '{generation}', '0')`);
    expect(await projected()).toEqual(live);
    await fleet.startWorker();
  });
});
