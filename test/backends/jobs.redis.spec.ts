import { Redis } from 'ioredis';
import { openJobQueue } from '@keelson/messaging';
import { jobQueueContract } from './jobs.contract';
import { server } from './support/servers';

jest.setTimeout(60_000);

describe('jobs on Redis', () => {
  let admin: Redis;
  beforeEach(async () => {
    admin = new Redis(server('REDIS_URL'));
    await admin.flushdb();
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
  });
  afterEach(async () => {
    await admin.quit();
  });

  jobQueueContract(() => ({
    database: 'postgres://not-used',
    redis: server('REDIS_URL'),
    cutConnections: async () => Number(await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')),
  }));

  it('refuses an addition within seconds when no server is there', async () => {
    const jobs = await openJobQueue({
      catalog: { targets: ['apply'] },
      database: 'postgres://not-used',
      redis: 'redis://127.0.0.1:1',
    });
    await expect(jobs.add('targets', { name: 'apply', key: 'a', data: {} })).rejects.toThrow();
    await jobs.close();
  });
});
