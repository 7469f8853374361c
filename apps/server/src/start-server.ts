import { adminAuthentication, createApi } from '@keelson/api';
import { createVault, openEventStore } from '@keelson/event-store';
import { KafkaBus, openJobQueue, PostgresBus } from '@keelson/messaging';
import { FLEET_EVENT_TYPES, startWorker, WORKER_JOBS } from '@keelson/worker';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { version } from '../package.json';
import { adminToken } from './admin-token';
import { countClusters } from './cluster-count';
import { openDatabase } from './database';
import { domainUpcasters } from './domain-upcasters';
import { StartFailure } from './failure';
import { startHousekeeping } from './housekeeping';
import { assertKeyFits, encryptionKey, signingKey } from './keys';
import { assertEventsKnown } from './known-events';
import type { Settings } from './settings';
import { Teardown } from './teardown';
import { unlessAborted } from './unless-aborted';

/** Which parts of Keelson this process is. */
export type Role = 'all' | 'api' | 'worker';

export interface RunningServer {
  /** What is in use, in one line, for people. */
  readonly summary: string;
  /** The administrator's token, at the start that made it. */
  readonly freshToken?: string;
  /** Called when the process cannot go on. */
  onBroken(listener: (reason: string) => void): void;
  stop(): Promise<void>;
}

/**
 * Starts what the role needs, in the order of dependence; when a part fails to start, stops what had started. So it does
 * when `asked` is aborted while a part waits for what is away, and then rejects with the signal's reason.
 */
export const startServer = async (
  settings: Settings,
  role: Role,
  logger: Logger,
  asked: AbortSignal = new AbortController().signal,
): Promise<RunningServer> => {
  const teardown = new Teardown((what, err) => logger.warn({ err }, `${what} did not stop in order`));
  try {
    return await startParts(settings, role, logger, teardown, asked);
  } catch (error) {
    await teardown.run();
    throw error;
  }
};

const startParts = async (
  settings: Settings,
  role: Role,
  logger: Logger,
  teardown: Teardown,
  asked: AbortSignal,
): Promise<RunningServer> => {
  const key = encryptionKey(settings);
  const database = await openDatabase(settings, logger);
  teardown.add('the database', () => database.stop());
  const { pool, url: databaseUrl } = database;
  const vault = createVault(pool, key);
  await assertKeyFits(pool, vault);
  const store = await openEventStore({
    pool,
    upcasters: domainUpcasters(),
    onError: (err) => logger.warn({ err }, 'the event store stumbled and tries again'),
  });
  teardown.add('the event store', () => store.stop());
  await assertEventsKnown(store.log);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const uses = [database.description];
  let where = `worker ${version}`;
  let freshToken: string | undefined;
  if (role !== 'worker') {
    const token = adminToken(settings);
    freshToken = token.fresh;
    const authenticate = adminAuthentication(token.hash);
    const api = await createApi({
      store,
      vault,
      authenticate,
      eventTypes: FLEET_EVENT_TYPES,
      registry,
      logger,
      version,
    });
    teardown.add('the API', () => api.close());
    where = `${version} at ${await listen(api, settings)}`;
  }
  if (role !== 'api') {
    const { redisUrl, kafkaBrokers, allowPrivateCallbacks } = settings;
    const jobs = await openJobQueue({
      catalog: WORKER_JOBS,
      database: databaseUrl,
      logger,
      ...(redisUrl === undefined ? {} : { redis: redisUrl }),
    });
    teardown.add('the job queue', () => jobs.close());
    const bus = kafkaBrokers
      ? new KafkaBus({ kafka: { brokers: kafkaBrokers }, source: store.log, database: databaseUrl, logger })
      : new PostgresBus(store.log, logger);
    teardown.add('the bus', () => bus.close());
    uses.push(`queue ${jobs.description}`, `bus ${bus.description}`);
    // Its queue may be a Redis that is away, for which it waits as long as it takes.
    const worker = await unlessAborted(
      asked,
      startWorker({ store, vault, jobs, bus, logger, allowPrivateCallbacks }),
    );
    teardown.add('the worker', () => worker.stop());
    const housekeeping = startHousekeeping(store, signingKey(key), logger);
    teardown.add('the housekeeping', () => housekeeping.stop());
  }
  const clusters = await countClusters(pool);
  uses.push(clusters === 1 ? '1 cluster' : `${clusters} clusters`);

  return {
    summary: `Keelson ${where} · ${uses.join(' · ')}`,
    ...(freshToken === undefined ? {} : { freshToken }),
    onBroken: (listener) => database.onGone(listener),
    stop: () => teardown.run(),
  };
};

/** The address, as people reach it. */
const listen = async (
  api: { listen(host: string, port: number): Promise<string> },
  { host, port }: Settings,
): Promise<string> => {
  try {
    return await api.listen(host, port);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const known: Readonly<Record<string, string>> = {
      EADDRINUSE: `port ${port} on ${host} is in use: stop the other program, or choose another KEELSON_PORT`,
      EACCES: `port ${port} may not be used by this account: choose a KEELSON_PORT above 1023`,
      EADDRNOTAVAIL: `KEELSON_HOST ${host} is not an address of this machine`,
      ENOTFOUND: `KEELSON_HOST ${host} is not known`,
    };
    const why = known[code] ?? `KEELSON_HOST ${host} cannot be listened at (${message})`;
    throw new StartFailure(why, { cause: error });
  }
};
