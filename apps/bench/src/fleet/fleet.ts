import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { duration, table } from '@keelson/cli';
import { until } from '@keelson/demo';
import { createVault, type EventStore } from '@keelson/event-store';
import { parseConnection } from '@keelson/k8s';
import { fleetProjection } from '@keelson/worker';
import { Child } from '../child';
import { useDatabase } from '../database';
import { History, type HistoryCluster } from '../history/history';
import type { BenchOptions } from '../options';
import { namesOf, objectsOf } from '../scale/workload';
import type { Counts } from '../simulator/protocol';
import { Simulator } from '../simulator/simulator';
import { rounded } from '../statistics';
import type { FromWorker, ToWorker, WorkerState } from './protocol';

export interface FleetResult {
  readonly benchmark: 'fleet';
  readonly clusters: number;
  readonly applications: number;
  readonly targets: number;
  /** A worker that starts and knows nothing but its database: until it has looked at every target. */
  readonly restart: Pass;
  /** The same worker looks at all of them again. */
  readonly pass: Pass;
  /** Bytes, of the worker's process. */
  readonly memory: Pick<WorkerState, 'resident' | 'heap' | 'peak'> & { readonly perTarget: number };
}

interface Pass {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Requests to the clusters that could have changed something, and all of them. */
  readonly writes: number;
  readonly requests: number;
}

const NAMESPACE = 'bench';
const PASS_MS = 1_800_000;
/** A worker that is given no limit lets garbage lie as long as the machine has room: its peak would tell of the machine. */
const HEAP_LIMIT_MB = 1_536;

/** A worker over a fleet in which nothing is to be done: how long it takes to be sure of that, and in what space. */
export const fleet = (options: BenchOptions): Promise<FleetResult> =>
  useDatabase(async ({ store, url }) => {
    const started = performance.now();
    const note = (text: string): void => options.note(`${duration(performance.now() - started)}: ${text}`);
    const simulator = await Simulator.start(options.clusters);
    try {
      const key = randomBytes(32);
      await seed(store, simulator, key, options);
      note('the log and the clusters are as a fleet leaves them');
      await project(store);
      note('the read model stands');
      const worker = new Child<ToWorker, FromWorker>(
        'the worker',
        join(__dirname, 'worker-process.js'),
        [url, key.toString('base64')],
        ['--expose-gc', `--max-old-space-size=${HEAP_LIMIT_MB}`],
      );
      try {
        return await measure(simulator, worker, options, note);
      } finally {
        await worker.stop();
      }
    } finally {
      await simulator.stop();
    }
  });

const seed = async (
  store: EventStore,
  simulator: Simulator,
  key: Buffer,
  { applications, signal }: BenchOptions,
): Promise<void> => {
  const vault = createVault(store.pool, key);
  const clusters: HistoryCluster[] = [];
  for (const { name, server, kubeconfig } of simulator.clusters) {
    const parsed = parseConnection({ kubeconfig });
    if (!parsed.ok) throw new Error(`the kubeconfig of ${name} cannot be read`);
    const credentials = await vault.put(`cluster/${name}`, JSON.stringify(parsed.connection));
    clusters.push({ name, server, credentials });
  }
  const history = new History(store, clusters);
  await history.join();
  for (const name of namesOf(applications)) {
    signal.throwIfAborted();
    const objects = objectsOf(name, NAMESPACE);
    const { hash, generations } = await history.release({ name, namespace: NAMESPACE, objects });
    await simulator.seed({
      namespace: NAMESPACE,
      plans: [{ application: name, hash, objects, generations }],
    });
  }
};

const project = async (store: EventStore): Promise<void> => {
  const projection = store.runProjection(fleetProjection());
  try {
    await projection.ready;
    await projection.waitFor((await store.log.head()).position, PASS_MS);
  } finally {
    await projection.stop();
  }
};

const measure = async (
  simulator: Simulator,
  worker: Child<ToWorker, FromWorker>,
  { clusters, applications, signal }: BenchOptions,
  note: (text: string) => void,
): Promise<FleetResult> => {
  const targets = clusters * applications;
  const settled = () =>
    until(
      `${targets} targets are looked at`,
      async (say) => {
        const { standing } = await worker.ask({ ask: 'standing' }, 'standing');
        say(JSON.stringify(standing));
        const done = standing.connected === clusters && standing.targets === targets;
        return (done && standing.waiting === 0) || undefined;
      },
      { deadlineMs: PASS_MS, everyMs: 50, signal },
    );
  const look = async (
    begin: () => Promise<unknown>,
    cpuMs: number,
  ): Promise<{ pass: Pass; state: WorkerState }> => {
    await simulator.reset();
    const started = performance.now();
    await begin();
    await settled();
    const seconds = rounded((performance.now() - started) / 1_000, 2);
    const { state } = await worker.ask({ ask: 'state' }, 'state');
    const pass = {
      seconds,
      cpuSeconds: rounded((state.cpuMs - cpuMs) / 1_000, 2),
      ...of(await simulator.counts()),
    };
    note(`${JSON.stringify(pass)}, ${Math.round(state.resident / 1e6)} MB`);
    return { pass, state };
  };
  const first = await look(() => worker.hear('started'), 0);
  const again = await look(() => worker.ask({ ask: 'pass' }, 'pass'), first.state.cpuMs);
  const { resident, heap, peak } = again.state;
  return {
    benchmark: 'fleet',
    clusters,
    applications,
    targets,
    restart: first.pass,
    pass: again.pass,
    memory: { resident, heap, peak, perTarget: Math.round(resident / targets) },
  };
};

const of = ({ writes, total }: Counts): Pick<Pass, 'writes' | 'requests'> => ({ writes, requests: total });

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

export const fleetText = ({
  clusters,
  applications,
  targets,
  restart,
  pass,
  memory,
}: FleetResult): string => {
  const row = (what: string, { seconds, cpuSeconds, writes, requests }: Pass): string[] => [
    what,
    `${seconds} s`,
    `${cpuSeconds} s`,
    String(writes),
    String(requests),
  ];
  return [
    `${targets} targets (${clusters} simulated clusters × ${applications} applications), nothing to do`,
    table(
      ['A WORKER LOOKS AT ALL', 'TOOK', 'CPU', 'WRITES', 'REQUESTS'],
      [row('after its start', restart), row('again', pass)],
    ),
    `memory of the worker, its heap limited to ${HEAP_LIMIT_MB} MB: ${megabytes(memory.peak)} at the most, ` +
      `${megabytes(memory.resident)} at rest, of which ${megabytes(memory.heap)} are live; ${memory.perTarget} bytes for each target`,
    'goals for 100,000 targets: no write, 60 s, 2 GB',
  ].join('\n');
};
