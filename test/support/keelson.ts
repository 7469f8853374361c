import { randomBytes } from 'node:crypto';
import { adminAuthentication, createApi, hashToken } from '@keelson/api';
import { createVault, openEventStore } from '@keelson/event-store';
import { openJobQueue, PostgresBus } from '@keelson/messaging';
import { FLEET_EVENT_TYPES, startWorker, WORKER_JOBS } from '@keelson/worker';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { testDatabase, type TestServer } from './database';

export interface Answer {
  readonly status: number;
  readonly body: any;
}

/** API and worker in this process, on a database of their own; everything is seen through HTTP. */
export interface Keelson {
  readonly url: string;
  http(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The body of a 2xx answer; throws for any other. Reads see every write made through it. */
  must(method: string, path: string, body?: unknown): Promise<any>;
  stop(): Promise<void>;
}

export const startKeelson = async (
  server?: Pick<TestServer, 'url' | 'template'>,
  { allowPrivateCallbacks = false } = {},
): Promise<Keelson> => {
  const database = await testDatabase(server);
  const logger = pino(
    { level: process.env['LOG_LEVEL'] ?? 'silent' },
    pino.destination({ dest: 2, sync: true }),
  );
  const token = randomBytes(16).toString('hex');
  const store = await openEventStore({ pool: database.pool });
  const vault = createVault(database.pool, randomBytes(32));
  const jobs = await openJobQueue({ catalog: WORKER_JOBS, database: database.url });
  const bus = new PostgresBus(store.log, logger);
  const worker = await startWorker({ store, vault, jobs, bus, logger, allowPrivateCallbacks });
  const authenticate = adminAuthentication(hashToken(token));
  const api = await createApi({
    store,
    vault,
    authenticate,
    eventTypes: FLEET_EVENT_TYPES,
    registry: new Registry(),
    logger,
    version: 'test',
  });
  const url = await api.listen('127.0.0.1', 0);

  const http: Keelson['http'] = async (method, path, body, headers = {}) => {
    const answer = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  };

  let written = 0;
  return {
    url,
    http,
    must: async (method, path, body) => {
      const answer = await http(
        method,
        path,
        body,
        method === 'GET' ? { 'keelson-min-position': `${written}` } : {},
      );
      if (answer.status >= 300) {
        throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      if (method !== 'GET') written = Math.max(written, answer.body?.position ?? 0);
      return answer.body;
    },
    stop: async () => {
      await api.close();
      await worker.stop();
      await bus.close();
      await jobs.close();
      await store.stop();
      await database.drop();
    },
  };
};
