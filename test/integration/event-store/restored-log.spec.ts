import { openEventStore, verifyLog } from '@keelson/event-store';
import { testDatabase, type TestDatabase } from '../../support/database';
import { noted, unitOf } from './support/events';

/** xids of a server that was much older than this one. */
const farAhead = 1_000_000_000;

describe('a log restored into another server', () => {
  let database: TestDatabase;
  beforeEach(async () => (database = await testDatabase()));
  afterEach(() => database.drop());

  const open = () => openEventStore({ pool: database.pool });
  const appendOne = async (store: Awaited<ReturnType<typeof open>>, command: string, stream: string) => {
    const outcome = await store.append(unitOf(command, stream, 'any', noted(command)));
    if (outcome.outcome !== 'ok') throw new Error(outcome.outcome);
    return store.log.awaitSealed(outcome.seqs[0] ?? 0, 5_000);
  };

  /** Makes it look as if every event had been written by that other server. */
  const age = () =>
    database.pool.query(`set session_replication_role = replica;
      update events set tx = (tx::text::bigint + ${farAhead})::text::xid8;
      update log_head set tx = (tx::text::bigint + ${farAhead})::text::xid8;
      reset session_replication_role`);

  it('gives new events positions, after the old ones', async () => {
    const before = await open();
    for (let n = 1; n <= 5; n += 1) expect(await appendOne(before, `old-${n}`, 'run/a')).toBe(n);
    await before.stop();
    await age();
    const store = await open();
    for (let n = 6; n <= 10; n += 1) expect(await appendOne(store, `new-${n}`, 'run/a')).toBe(n);
    await store.stop();
    const again = await open();
    expect(await appendOne(again, 'new-11', 'run/b')).toBe(11);
    expect((await again.log.read({ stream: 'run/a' })).map(({ version }) => version)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
    expect(await verifyLog(database.pool)).toMatchObject({ ok: true, checked: 11 });
    await again.stop();
  });

  it('seals first what the dump had left unsealed', async () => {
    const unsealing = await openEventStore({ pool: database.pool, seal: false });
    for (let n = 1; n <= 3; n += 1) await unsealing.append(unitOf(`old-${n}`, 'run/a', 'any', noted('x')));
    await age();
    await unsealing.append(unitOf('new', 'run/a', 'any', noted('x')));
    await unsealing.stop();
    const store = await open();
    expect(await appendOne(store, 'newest', 'run/a')).toBe(5);
    expect((await store.log.read()).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
    expect(await verifyLog(database.pool)).toMatchObject({ ok: true, checked: 5 });
    await store.stop();
  });
});
