import { until } from '../../support/until';
import { deployment, startFleet, type Fleet } from './fleet-harness';

jest.setTimeout(60_000);

const CLUSTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

describe('two workers', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await startFleet(CLUSTERS);
    for (const name of CLUSTERS) await fleet.register(name);
    await fleet.define('shop', { objects: [deployment('shop:1')] });
  });
  afterAll(() => fleet?.stop());

  const released = async (version: string): Promise<void> => {
    const { value: run } = await fleet.release('shop', version, [deployment(`shop:${version}`)]);
    await until(
      `release ${version} has reached every cluster`,
      async () =>
        (await fleet.pool.query('select phase from read.runs where id = $1', [run])).rows[0]?.phase ===
        'Succeeded',
      30_000,
    );
    for (const name of CLUSTERS) {
      const image = (fleet.simulator.cluster(name).get(web)?.['spec'] as any).template.spec.containers[0]
        .image;
      expect([name, image]).toEqual([name, `shop:${version}`]);
    }
  };

  /** Shards that hold an advisory lock, by the connection that holds it. */
  const owners = async (): Promise<number[]> => {
    const { rows } = await fleet.pool.query(
      `select count(*)::int as shards from pg_locks
       where locktype = 'advisory' and classid = x'6b65656c'::int and granted
         and database = (select oid from pg_database where datname = current_database())
       group by pid order by 1`,
    );
    return rows.map(({ shards }) => shards);
  };

  it('share the clusters, release together, and one goes on alone', async () => {
    await released('1');
    expect(await owners()).toEqual([8]);
    const other = await fleet.joinWorker();
    await until('each owns half', async () => JSON.stringify(await owners()) === '[4,4]', 20_000);
    await released('2');
    await other.stop();
    await released('3');
    await until('one owns all again', async () => JSON.stringify(await owners()) === '[8]', 20_000);
  });
});
