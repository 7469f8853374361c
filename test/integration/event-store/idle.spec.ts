import { setTimeout as delay } from 'node:timers/promises';
import { openEventStore, type EventStore, type Projection } from '@keelson/event-store';
import { startTestServer, testDatabase, type TestDatabase, type TestServer } from '../../support/database';
import { noted, unitOf } from './support/events';

jest.setTimeout(60_000);

/** Twice the slowest poll, so that whatever beats has beaten. */
const windowMs = 2_000;

/**
 * On a server of its own: whatever changes a row, locks one or notifies takes a transaction number first, in whichever
 * table or database it is, and here every number that is taken is the store's.
 */
describe('an idle store', () => {
  let server: TestServer;
  let database: TestDatabase;
  let store: EventStore;
  let projection: Projection;

  beforeAll(async () => {
    server = await startTestServer({ shared: false });
    database = await testDatabase(server);
    await database.pool.query('alter system set autovacuum = off');
    await database.pool.query('select pg_reload_conf()');
    store = await openEventStore({ pool: database.pool });
    projection = store.runProjection({
      ...{ name: 'idle', version: 1, schema: 'idle', ddl: 'create table seen (position bigint)' },
      apply: async (events, client) => {
        for (const { position } of events) await client.query('insert into seen values ($1)', [position]);
      },
    });
    await projection.ready;
    for (let n = 1; n <= 3; n += 1) await store.append(unitOf(`c-${n}`, 'run/1', 'any', noted(`${n}`)));
    await projection.waitFor(3, 10_000);
    // Told before its transaction's answer came; it has ended once the next one on the row is through.
    await database.pool.query(`select from checkpoints where name = 'idle' for update`);
  });
  afterAll(async () => {
    await store?.stop();
    await database?.drop();
    await server?.stop();
  });

  const nextTransaction = async (): Promise<string> =>
    (
      await database.pool.query<{ next: string }>(
        'select pg_snapshot_xmax(pg_current_snapshot())::text as next',
      )
    ).rows[0]!.next;

  it('writes nothing, locks no row and notifies nobody', async () => {
    const before = await nextTransaction();
    await delay(windowMs);
    expect(await nextTransaction()).toBe(before);
  });

  it.each([
    ['a row of any table', `update checkpoints set updated_at = now() where name = 'idle'`],
    ['a row that is gone again', `with gone as (delete from idle.seen returning position) select from gone`],
    ['the lock of a row', 'select from log_head for update'],
    ['a notification', 'notify keelson_appended'],
  ])('would be seen to write: %s', async (_, sql) => {
    const before = await nextTransaction();
    await database.pool.query(sql);
    expect(await nextTransaction()).not.toBe(before);
  });
});
