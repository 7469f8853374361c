import { randomBytes, randomUUID } from 'node:crypto';
import { openEventStore, type EventStore } from '@keelson/event-store';
import { readSettings, startServer } from '@keelson/server';
import { pino } from 'pino';
import { testDatabase, type TestDatabase } from '../../support/database';

describe('a log that a newer version wrote to', () => {
  let database: TestDatabase;
  let store: EventStore;

  beforeEach(async () => {
    database = await testDatabase();
    store = await openEventStore({ pool: database.pool });
  });
  afterEach(async () => {
    await store.stop();
    await database.drop();
  });

  const record = async (...types: string[]): Promise<void> => {
    const events = types.map((type) => ({ type, data: { cluster: 'c' } }));
    const outcome = await store.append({
      streams: [{ stream: `cluster/${randomUUID()}`, expectedVersion: 0, events }],
      meta: { commandId: randomUUID(), correlationId: randomUUID(), actor: 'test' },
    });
    expect(outcome.outcome).toBe('ok');
  };
  const start = (role: 'all' | 'api' | 'worker') => {
    const settings = readSettings({
      DATABASE_URL: database.url,
      KEELSON_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      KEELSON_ADMIN_TOKEN: 'a-token-for-this-test',
      KEELSON_PORT: '0',
    });
    return startServer(settings, role, pino({ level: 'silent' }));
  };
  const readModel = async () =>
    (await database.pool.query(`select from pg_namespace where nspname = 'read'`)).rowCount;

  it.each(['all', 'api', 'worker'] as const)(
    'ends the start of %s with one line that names the types, before anything is served',
    async (role) => {
      await record('ClusterConnected', 'MoonPhaseChanged', 'ClusterUnreachable');
      await record('AuditSealed', 'MoonPhaseChanged');
      await expect(start(role)).rejects.toMatchObject({
        name: 'StartFailure',
        message:
          'the log has events that this version does not know (AuditSealed, MoonPhaseChanged): ' +
          'a newer version of Keelson wrote them; start that one',
      });
      expect(await readModel()).toBe(0);
    },
  );

  it('is no matter when it wrote what this version knows', async () => {
    await record('ClusterConnected', 'ClusterUnreachable');
    const server = await start('all');
    expect(await readModel()).toBe(1);
    await server.stop();
  });

  it('tells its types, each once, sealed or not', async () => {
    expect(await store.log.eventTypes()).toEqual([]);
    await record('B', 'A', 'B', 'C');
    await record('A');
    expect(await store.log.eventTypes()).toEqual(['A', 'B', 'C']);
  });
});
