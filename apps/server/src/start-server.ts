import { join } from 'node:path';
import { adminAuthentication, createApi, hashToken, type Api } from '@keelson/api';
import {
  createPool,
  createVault,
  migrate,
  openEventStore,
  startEmbeddedPostgres,
} from '@keelson/event-store';
import { KafkaBus, openJobQueue } from '@keelson/messaging';
import { startWorker, WORKER_JOBS } from '@keelson/worker';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { DataFolder, newKey, newToken } from './data-folder';
import type { Settings } from './settings';

export type Part = 'all' | 'api' | 'worker';

export interface Server {
  /** Where the API listens; none in a worker. */
  readonly url?: string;
  /** The admin token, when this start generated it. */
  readonly newToken?: string;
  /** One line that says what is in use. */
  readonly description: string;
  stop(): Promise<void>;
}

const MIGRATIONS = join(__dirname, '..', '..', '..', 'migrations');

/**
 * The composition root: puts the parts together in the order in which they need each other, and takes them apart in
 * the reverse. When a part does not start, those before it are stopped and the error is the caller's.
 */
export const startServer = async (
  part: Part,
  settings: Settings,
  logger: Logger,
  version: string,
): Promise<Server> => {
  const undo: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const folder = DataFolder.open(settings.dataDir);
    undo.push(() => folder.close());
    const database = await openDatabase(settings, folder, logger);
    undo.push(() => database.stop());
    const pool = createPool(database.url, {
      onError: (error) => logger.warn({ err: error }, 'a database connection was lost'),
    });
    undo.push(() => pool.end());
    await migrate(pool, MIGRATIONS);

    const key =
      settings.encryptionKey ?? Buffer.from(folder.secret('encryption-key', newKey).value, 'base64');
    const vault = createVault(pool, key);
    const onError = (error: unknown) => logger.warn({ err: error }, 'the event store recovers');
    const store = await openEventStore({ pool, onError });
    undo.push(() => store.stop());
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });

    const inUse = [database.description];
    if (part !== 'api') {
      const jobs = await openJobQueue({
        catalog: WORKER_JOBS,
        database: database.url,
        logger,
        ...(settings.redisUrl ? { redis: settings.redisUrl } : {}),
      });
      undo.push(() => jobs.close());
      const bus = startBus(settings, database.url, store, logger);
      if (bus) undo.push(() => bus.close());
      const worker = await startWorker({ store, vault, jobs, logger });
      undo.push(() => worker.stop());
      inUse.push(`queue ${jobs.description}`, `bus ${bus?.description ?? 'PostgreSQL'}`);
      const { rows } = await pool.query<{ count: string }>(
        `select count(*) from read.clusters where phase <> 'Forgotten'`,
      );
      inUse.push(`${rows[0]?.count ?? 0} clusters`);
    }
    if (part === 'worker') return { description: inUse.join(', '), stop };

    const token = settings.adminToken
      ? { value: settings.adminToken, isNew: false }
      : folder.secret('admin-token', newToken);
    const authenticate = adminAuthentication(hashToken(token.value));
    const api: Api = await createApi({ store, vault, authenticate, registry, logger, version });
    undo.push(() => api.close());
    const url = await api.listen(settings.host, settings.port);
    return { url, description: inUse.join(', '), stop, ...(token.isNew ? { newToken: token.value } : {}) };
  } catch (error) {
    await stop();
    throw error;
  }
};

interface Database {
  readonly url: string;
  readonly description: string;
  stop(): Promise<void>;
}

const openDatabase = async (
  { databaseUrl }: Settings,
  folder: DataFolder,
  logger: Logger,
): Promise<Database> => {
  if (databaseUrl) {
    return {
      url: databaseUrl,
      description: `PostgreSQL at ${new URL(databaseUrl).host}`,
      stop: () => Promise.resolve(),
    };
  }
  const embedded = await startEmbeddedPostgres({ dataDir: join(folder.path, 'postgres') });
  embedded.onExit((reason) => {
    logger.fatal(`the embedded PostgreSQL ended: ${reason}`);
    process.kill(process.pid, 'SIGTERM');
  });
  return {
    url: embedded.url,
    description: `embedded PostgreSQL in ${embedded.dataDir}`,
    stop: () => embedded.stop(),
  };
};

/** With Kafka, the log is published to a topic for whoever wants to read along. */
const startBus = (
  { kafkaBrokers }: Settings,
  database: string,
  store: Awaited<ReturnType<typeof openEventStore>>,
  logger: Logger,
): KafkaBus | undefined =>
  kafkaBrokers &&
  new KafkaBus({
    kafka: { clientId: 'keelson', brokers: [...kafkaBrokers] },
    source: store.log,
    database,
    logger,
  });
