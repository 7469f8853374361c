import type { EventStore, Projection, Vault } from '@keelson/event-store';
import type { EventBus, JobQueue } from '@keelson/messaging';
import type { Logger } from 'pino';
import { ClusterSessions, type WorkerStanding } from './clusters/cluster-sessions';
import { fleetProjection } from './fleet/projection';
import { ShardOwnership } from './kernel/shards';
import { RunEngine } from './runs/run-engine';
import { WebhookDispatcher } from './webhooks/webhook-dispatcher';

/** Beneath every wake-up: how often each part looks for what was lost. */
const SWEEP_MS = 10_000;

export interface WorkerOptions {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly jobs: JobQueue;
  /** Brings the projection its events. */
  readonly bus: EventBus;
  readonly logger: Logger;
  /** Callbacks may go to loopback and private addresses; not unless told. */
  readonly allowPrivateCallbacks?: boolean;
  /** Works on every cluster and run, whoever else does: what the fence must bear, not what anybody should want. */
  readonly ownsAll?: boolean;
}

export interface Worker {
  readonly projection: Projection;
  readonly standing: WorkerStanding;
  /** Has every target looked at, whatever is known of it: what happens to a cluster's when its connection returns. */
  lookAtAll(): void;
  stop(): Promise<void>;
}

/** Starts everything that happens without a request: the projection, the run engine and the clusters' sessions. */
export const startWorker = async (options: WorkerOptions): Promise<Worker> => {
  const { store, vault, jobs, bus, logger, allowPrivateCallbacks = false, ownsAll = false } = options;
  const shards = new ShardOwnership(
    store.pool,
    () => {
      void sessions.look();
      dispatcher.lookAtAll();
    },
    (error) => logger.warn({ err: error }, 'the shards could not be balanced; trying again'),
  );
  const owns = (name: string): boolean => ownsAll || shards.owns(name);
  const sessions = new ClusterSessions({ store, vault, owns, allowPrivateCallbacks, logger });
  const dispatcher = new WebhookDispatcher({ store, vault, owns, allowPrivateCallbacks, logger });
  const engine = new RunEngine({ store, vault, jobs, owns, sweepMs: SWEEP_MS, logger });

  const onAdvanced = (position: number): void => {
    void sessions.look();
    dispatcher.onFleetAdvanced(position);
    engine
      .onFleetAdvanced(position)
      .catch((error: unknown) => logger.warn({ err: error }, 'runs could not be looked up'));
  };
  const projection = store.runProjection({
    ...fleetProjection(store.log),
    feed: bus,
    onAdvanced,
    onError: (error) => logger.error({ err: error }, 'the fleet projection stumbled and tries again'),
  });
  await projection.ready;

  const timers = await jobs.process(
    RunEngine.QUEUE,
    { advance: async (data) => engine.ring(String(data['run'])) },
    { concurrency: 4 },
  );
  await shards.start();
  onAdvanced(projection.position);

  let sweeping: Promise<unknown> = Promise.resolve();
  const sweep = setInterval(() => {
    dispatcher.sweep();
    sweeping = Promise.all([sessions.sweep(), engine.sweep()]).catch((error: unknown) =>
      logger.warn({ err: error }, 'a sweep failed'),
    );
  }, SWEEP_MS);

  return {
    projection,
    get standing() {
      return sessions.standing;
    },
    lookAtAll: () => sessions.askAll(),
    stop: async () => {
      clearInterval(sweep);
      await sweeping;
      await Promise.all([timers.stop(), engine.stop(), sessions.stop(), dispatcher.stop()]);
      await projection.stop();
      await shards.stop();
    },
  };
};
