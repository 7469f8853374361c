import { Redis } from 'ioredis';
import { jobQueueContract } from './jobs.contract';
import { server } from './support/servers';

jest.setTimeout(60_000);

describe('jobs on Redis', () => {
  let admin: Redis;
  beforeEach(async () => {
    admin = new Redis(server('REDIS_URL'));
    await admin.flushdb();
  });
  afterEach(async () => {
    await admin.quit();
  });

  jobQueueContract(() => ({
    database: 'postgres://not-used',
    redis: server('REDIS_URL'),
    cutConnections: async () => {
      await admin.config('SET', 'maxmemory-policy', 'noeviction');
      return Number(await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
    },
  }));
});
