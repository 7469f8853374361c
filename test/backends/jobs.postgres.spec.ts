import { Client } from 'pg';
import { openJobQueue } from '@keelson/messaging';
import { jobQueueContract } from './jobs.contract';
import { createDatabase, type Database } from './support/servers';

jest.setTimeout(60_000);

describe('jobs on PostgreSQL', () => {
  let database: Database;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(async () => {
    await database.drop();
  });

  jobQueueContract(() => ({ database: database.url, cutConnections: () => database.cutConnections() }));

  it('is not opened when no server is there', async () => {
    const database = 'postgres://postgres@127.0.0.1:1/postgres';
    await expect(openJobQueue({ catalog: {}, database })).rejects.toThrow('ECONNREFUSED');
  });

  it('keeps to its own schema', async () => {
    const jobs = await openJobQueue({ catalog: { targets: ['apply'] }, database: database.url });
    await jobs.add('targets', { name: 'apply', key: 'a', data: {} });
    await jobs.close();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query(
      `select distinct table_schema as schema from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema')`,
    );
    await client.end();
    expect(rows).toEqual([{ schema: 'bullmq' }]);
  });
});
