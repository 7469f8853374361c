import { setTimeout as delay } from 'node:timers/promises';
import { openEventStore, type EventStore, type LogFilter } from '@keelson/event-store';
import { logQuery } from '../../../libs/event-store/src/read/log-query';
import { testDatabase, type TestDatabase } from '../../support/database';
import { meta } from './support/events';
import { until } from './support/until';

describe('reading the log', () => {
  let database: TestDatabase;
  let store: EventStore;
  const times: Date[] = [];

  /** Ten events, a few ms apart: of applications a and b, clusters 1 and 2, every other of a run. */
  beforeAll(async () => {
    database = await testDatabase();
    store = await openEventStore({ pool: database.pool });
    for (let n = 1; n <= 10; n += 1) {
      const application = n <= 4 ? 'a' : 'b';
      const data = {
        application,
        cluster: `eu-${(n % 2) + 1}`,
        ...(n % 2 === 0 && { run: `${application}-${n}` }),
      };
      const outcome = await store.append({
        streams: [
          {
            stream: `target/${n % 3}`,
            expectedVersion: 'any',
            events: [{ type: n > 8 ? 'Late' : 'Early', data }],
          },
        ],
        meta: { ...meta(`command-${n}`), actor: n === 3 ? 'alice' : 'bob' },
      });
      if (outcome.outcome !== 'ok') throw new Error(outcome.outcome);
      await store.log.awaitSealed(outcome.seqs[0] ?? 0);
      times.push(new Date(outcome.events[0]?.recordedAt ?? ''));
      await delay(3);
    }
  });
  afterAll(async () => {
    await store.stop();
    await database.drop();
  });

  const timeOf = (position: number) => times[position - 1] ?? new Date(NaN);

  it.each<[string, LogFilter, number[]]>([
    ['everything', {}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ['after and limit', { after: 3, limit: 2 }, [4, 5]],
    ['up to a position', { upTo: 2 }, [1, 2]],
    ['one application', { application: 'a' }, [1, 2, 3, 4]],
    ['one application, a page of it', { application: 'b', after: 6, limit: 2 }, [7, 8]],
    ['one cluster', { cluster: 'eu-1' }, [2, 4, 6, 8, 10]],
    ['one run', { run: 'b-6' }, [6]],
    ['one actor', { actor: 'alice' }, [3]],
    ['one type', { type: 'Late' }, [9, 10]],
    ['one stream', { stream: 'target/0' }, [3, 6, 9]],
    ['several filters', { application: 'b', cluster: 'eu-2', type: 'Early' }, [5, 7]],
    ['nothing', { application: 'c' }, []],
  ])('by %s', async (_, filter, positions) => {
    expect((await store.log.read(filter)).map(({ position }) => position)).toEqual(positions);
  });

  it('by time, both ends included', async () => {
    const positions = async (filter: LogFilter) =>
      (await store.log.read(filter)).map(({ position }) => position);
    expect(await positions({ from: timeOf(4), to: timeOf(6) })).toEqual([4, 5, 6]);
    expect(await positions({ from: timeOf(9) })).toEqual([9, 10]);
    expect(await positions({ to: timeOf(2), application: 'a' })).toEqual([1, 2]);
    expect(await positions({ from: new Date(timeOf(10).getTime() + 1) })).toEqual([]);
  });

  it('knows which position a time had', async () => {
    for (let position = 1; position <= 10; position += 1) {
      expect(await store.log.positionAt(timeOf(position))).toBe(position);
      expect(await store.log.positionAt(new Date(timeOf(position).getTime() - 1))).toBe(position - 1);
    }
    expect(await store.log.positionAt(new Date(0))).toBe(0);
    expect(await store.log.positionAt(new Date('2999-01-01'))).toBe(10);
  });

  it('reads a stream from a version on', async () => {
    expect((await store.log.readStream('target/0', 1)).map(({ version }) => version)).toEqual([2, 3]);
    expect(await store.log.readStream('target/none')).toEqual([]);
  });

  describe('in a large log', () => {
    beforeAll(async () => {
      for (let n = 0; n < 10; n += 1) {
        const data = { application: 'large', cluster: 'large', run: 'large' };
        const events = Array.from({ length: 1_000 }, () => ({ type: 'Large', data }));
        const streams = [{ stream: `run/large-${n}`, expectedVersion: 0, events }];
        await store.append({ streams, meta: { ...meta(`large-${n}`), actor: 'large' } });
      }
      await until('sealed', async () => (await store.log.head()).position === 10_010);
      await database.pool.query('analyze events; analyze event_log');
    });

    it.each<[string, LogFilter]>([
      ['events_application', { application: 'a' }],
      ['events_cluster', { cluster: 'eu-1' }],
      ['events_run', { run: 'b-6' }],
      ['events_actor', { actor: 'alice' }],
      ['events_type', { type: 'Late' }],
      ['events_stream_id_version_key', { stream: 'target/0' }],
    ])('%s finds a rare value', async (index, filter) => {
      const { text, values } = logQuery(filter);
      const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
      expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain(index);
    });

    it.each<[string, LogFilter]>([
      ['events_run', { run: 'b-6' }],
      ['events_stream_id_version_key', { stream: 'target/0' }],
    ])('%s finds a value that the plan was not made for', async (index, filter) => {
      const { text, values } = logQuery(filter);
      const client = await database.pool.connect();
      try {
        await client.query('set plan_cache_mode = force_generic_plan');
        await client.query(`prepare any_value as ${text}`);
        const given = values.map((value) => `'${String(value)}'`).join(', ');
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain execute any_value(${given})`);
        expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain(index);
      } finally {
        client.release(true);
      }
    });
  });
});
