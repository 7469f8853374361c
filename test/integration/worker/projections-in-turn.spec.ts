import type { LogFilter, RecordedEvent } from '@keelson/event-store';
import { FLEET_PROJECTION, fleetProjection } from '@keelson/worker';
import { until } from '../../support/until';
import { configMap, startFleet, type Fleet } from './fleet-harness';

type Deliver = (events: readonly RecordedEvent[]) => Promise<unknown>;

const TABLES = ['clusters', 'applications', 'runs', 'releases', 'targets', 'inventory'];

/** Every row but its generated columns, which say the same. */
const rowsOf = async ({ pool }: Fleet): Promise<unknown[]> =>
  Promise.all(
    TABLES.map(async (table) => (await pool.query(`select * from read.${table} t order by t::text`)).rows),
  );

describe('two workers that project in turn', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet(['one', 'two']);
  }, 60_000);
  afterAll(() => fleet.stop());

  it('fold what the other projected instead of reading everything back, and end where one alone would', async () => {
    const { pool, store } = fleet;
    for (const name of ['one', 'two']) await fleet.register(name);
    await fleet.define('shop', { objects: [configMap('hello')] });
    for (const [version, text] of [
      ['1', 'hello'],
      ['2', 'goodbye'],
    ] as const) {
      const { value: run } = await fleet.release('shop', version, [configMap(text)]);
      await until('the run is over', async () => {
        const { rows } = await pool.query('select from read.runs where id = $1 and over', [run]);
        return rows.length > 0 || undefined;
      });
    }
    await fleet.stopWorker();
    const { position } = await store.log.head();
    await store.waitForProjection(FLEET_PROJECTION, position, 10_000).catch(() => undefined);
    const events = await store.log.read({ limit: position });

    const inTurn = async (runners: number): Promise<{ rows: unknown[]; reads: number }> => {
      await pool.query(
        `drop schema read cascade; delete from checkpoints where name = '${FLEET_PROJECTION}'`,
      );
      let reads = 0;
      const log = {
        read: (filter?: LogFilter) => {
          reads += 1;
          return store.log.read(filter);
        },
      };
      const deliver: Deliver[] = [];
      const projections = [];
      for (let index = 0; index < runners; index += 1) {
        const feed = {
          subscribe: ({
            onBatch,
          }: {
            onBatch(events: readonly RecordedEvent[], signal: AbortSignal): Promise<unknown>;
          }) => {
            deliver.push((batch) => onBatch(batch, new AbortController().signal));
            return { stop: () => Promise.resolve() };
          },
        };
        const projection = store.runProjection({ ...fleetProjection(log), feed });
        await projection.ready;
        projections.push(projection);
      }
      for (let begin = 0, turn = 0; begin < events.length; begin += 5, turn += 1)
        await deliver[turn % runners]!(events.slice(begin, begin + 5));
      for (const projection of projections) await projection.stop();
      return { rows: await rowsOf(fleet), reads };
    };

    const alone = await inTurn(1);
    expect(alone.reads).toBe(0);
    const together = await inTurn(2);
    expect(together.reads).toBeGreaterThan(2);
    expect(together.rows).toEqual(alone.rows);
  }, 60_000);
});
