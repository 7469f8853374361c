import { randomBytes, randomUUID } from 'node:crypto';
import {
  applicationDecider,
  applicationStream,
  clusterDecider,
  clusterStream,
  DEFAULT_STRATEGY,
  releaseDecider,
  releaseStream,
  revisionOf,
  runDecider,
  runStream,
  type ApplicationCommand,
  type ApplicationDefinition,
  type ClusterCommand,
  type KubeObject,
  type RunAction,
  type Strategy,
  type WorkloadsOnForget,
} from '@keelson/domain';
import { createVault, openEventStore, type EventStore } from '@keelson/event-store';
import {
  parseConnection,
  startSimulator,
  type ClusterConnection,
  type Simulator,
  type SimulatorOptions,
} from '@keelson/k8s';
import { openJobQueue, PostgresBus } from '@keelson/messaging';
import { startWorker, WORKER_JOBS } from '@keelson/worker';
import { pino } from 'pino';
import { testDatabase } from '../../support/database';
import { startProgram } from '../event-store/support/process';
import { openWorker } from './support/open-worker';

/** From the folder of the programs that the store's tests run. */
const WORKER_PROCESS = '../../worker/support/worker-process';

/** A worker on a database of its own, over simulated clusters; commands go straight to the deciders. */
export const startFleet = async (
  clusters: string[],
  { tracksScale = false, timings = {} }: Pick<SimulatorOptions, 'tracksScale' | 'timings'> = {},
) => {
  const database = await testDatabase();
  const simulator = await startSimulator({ clusters, tracksScale, timings });
  const store = await openEventStore({ pool: database.pool });
  const key = randomBytes(32);
  const vault = createVault(database.pool, key);
  const logger = pino(
    { level: process.env['LOG_LEVEL'] ?? 'silent' },
    pino.destination({ dest: 2, sync: true }),
  );
  const jobs = await openJobQueue({ catalog: WORKER_JOBS, database: database.url });
  const bus = new PostgresBus(store.log, logger);
  const parts = { store, vault, jobs, bus, logger, allowPrivateCallbacks: true };
  let worker = await startWorker(parts);
  const commands = commandsOf(store);
  const onCluster = async (name: string, command: ClusterCommand): Promise<void> => {
    await commands.execute((unit) => unit.decide(clusterDecider, clusterStream(name), command));
  };
  const registerCluster = async (
    cluster: string,
    labels: Record<string, string>,
    connection: ClusterConnection,
  ): Promise<void> => {
    const { server } = connection;
    const credentials = await vault.put(`cluster/${cluster}`, JSON.stringify(connection));
    const ref = { server, credentials, warnings: [] };
    await onCluster(cluster, { type: 'RegisterCluster', cluster, labels, connection: ref });
  };

  return {
    ...commands,
    store,
    vault,
    simulator,
    pool: database.pool,
    connectionTo: (name: string): ClusterConnection => connectionOf(simulator, name),
    register: (name: string, labels: Record<string, string> = {}, connection?: ClusterConnection) =>
      registerCluster(name, labels, connection ?? connectionOf(simulator, name)),
    forget: (name: string, workloads: WorkloadsOnForget) =>
      onCluster(name, { type: 'ForgetCluster', workloads }),
    stopWorker: () => worker.stop(),
    startWorker: async ({ ownsAll = false } = {}) => {
      worker = await startWorker({ ...parts, ownsAll });
    },
    /** Another process, as far as one test process can be one: a store, a queue and connections of its own. */
    joinWorker: async ({ ownsAll = false } = {}) => ({
      stop: await openWorker({ url: database.url, key, logger, ownsAll }),
    }),
    /** Another process, in every sense. */
    spawnWorker: () => startProgram(WORKER_PROCESS, database.url, key.toString('base64')),
    stop: async () => {
      await worker.stop();
      await bus.close();
      await jobs.close();
      await store.stop();
      await simulator.close();
      await database.drop();
    },
  };
};

export type Fleet = Awaited<ReturnType<typeof startFleet>>;

const connectionOf = (simulator: Simulator, name: string): ClusterConnection => {
  const parsed = parseConnection({ kubeconfig: simulator.kubeconfig(name) });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.connection;
};

const commandsOf = (store: EventStore) => {
  const execute = async <Value>(handler: Parameters<typeof store.commands.execute<Value>>[1]) => {
    const result = await store.commands.execute({ commandId: randomUUID(), actor: 'test' }, handler);
    if (!result.ok) throw new Error(JSON.stringify(result.rejection));
    return result;
  };
  const application = (name: string, command: ApplicationCommand) =>
    execute((unit) => unit.decide(applicationDecider, applicationStream(name), command));

  return {
    execute,
    application,
    act: (run: string, action: RunAction, on: { stage?: string; cluster?: string; why?: string } = {}) =>
      execute((unit) =>
        unit.decide(runDecider, runStream(run), {
          type: 'ActOnRun',
          action,
          by: 'ada',
          now: Date.now(),
          ...on,
        }),
      ),
    define: (name: string, change: Partial<ApplicationDefinition> = {}) =>
      application(name, {
        type: 'DefineApplication',
        application: name,
        definition: { ...definition, ...change },
      }),
    release: (name: string, version: string, objects: KubeObject[], strategy: Strategy = DEFAULT_STRATEGY) =>
      execute(async (unit) => {
        const stream = applicationStream(name);
        const { state: before } = await unit.load(applicationDecider, stream);
        const revision = revisionOf(objects);
        const state = await unit.decide(applicationDecider, stream, {
          type: 'RequestRelease',
          version,
          revision,
        });
        if (!state.exists || !state.release || !state.activeRun) throw new Error('no release');
        const { id: release } = state.release;
        const content = { release, application: name, version, revision, images: {}, objects };
        await unit.decide(releaseDecider, releaseStream(release), { type: 'FreezeRelease', content });
        const run = state.activeRun;
        await unit.decide(runDecider, runStream(run), {
          type: 'CreateRun',
          run,
          application: name,
          release,
          version,
          revision,
          strategy,
        });
        if (before.activeRun)
          await unit.decide(runDecider, runStream(before.activeRun), { type: 'SupersedeRun', by: run });
        return run;
      }),
  };
};

export const deployment = (image: string, replicas = 2): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } },
  },
});

export const configMap = (value: string, name = 'settings'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data: { greeting: value },
});

const definition: ApplicationDefinition = {
  project: 'default',
  labels: {},
  namespace: 'shop',
  objects: [deployment('shop:1'), configMap('hello')],
  placement: { clusterSelector: {} },
  overrides: [],
  dependsOn: [],
  strategy: DEFAULT_STRATEGY,
  policy: { drift: 'Correct', whenToTakeOver: 'Never' },
};
