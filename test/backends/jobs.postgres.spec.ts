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
});
