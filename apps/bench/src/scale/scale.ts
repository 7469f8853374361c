import { randomBytes } from 'node:crypto';
import { table, type Accepted, type ApiClient } from '@keelson/cli';
import { until } from '@keelson/demo';
import type { Access } from '../clusters/access';
import { BareClient, type BareRequest } from '../clusters/bare-client';
import { findClusters, type FoundClusters } from '../clusters/find-clusters';
import { ConnectedFleet } from '../connected-fleet';
import { inLanes } from '../in-lanes';
import type { BenchOptions } from '../options';
import { runEndings } from '../run-endings';
import { cpuSeconds } from '../server-metrics';
import { median, rounded } from '../statistics';
import { NamespaceWatch } from './namespace-watch';
import { bareApplies, bareDeletes, creationOf, definitionOf, namesOf, objectsOf } from './workload';

export interface ScaleResult {
  readonly benchmark: 'scale';
  readonly on: FoundClusters['kind'];
  readonly clusters: number;
  readonly applications: number;
  readonly rounds: number;
  /** Milliseconds from the first POST of a release to the last object that its cluster shows. */
  readonly apply: Compared;
  /** To every run's `Succeeded`; of the loop, to the last Deployment that its controller has seen. */
  readonly succeed: Compared;
  /** Milliseconds from the first DELETE of an application to the last object gone. */
  readonly remove: Compared;
  /** Milliseconds in which the applications were defined, before the first POST. */
  readonly define: number;
  /** Milliseconds of the server's CPU for each target, from the first POST to `Succeeded`, and for its deletion. */
  readonly cpuPerTarget: { readonly apply: number; readonly remove: number };
}

interface Compared {
  readonly keelson: number;
  readonly bare: number;
  readonly ratio: number;
}

/** Of the rounds; the first creates what later ones find compiled and connected. */
const WARM_UP = 1;

/** As many as an API server answers at its full rate; more add latency. The same for the API and for the loop. */
const IN_FLIGHT = 8;
const REQUESTS_AT_ONCE = 16;
const ROUND_MS = 300_000;

/** Many applications to a few clusters at once, and away again, against bare loops of the same requests. */
export const scale = async (options: BenchOptions): Promise<ScaleResult> => {
  const found = await findClusters(options.clusters);
  options.note(`on ${found.clusters.length} ${found.kind}`);
  const bare = new BareClient(found.clusters);
  try {
    const wiring = { ...options, clusters: found.clusters, labelsOf: () => ({ bench: 'scale' }) };
    return await ConnectedFleet.use(wiring, async (fleet) => {
      const rounds: Round[] = [];
      for (let round = 0; round < WARM_UP + options.rounds; round += 1) {
        rounds.push(await oneRound(fleet, bare, found, options));
        options.note(`${round < WARM_UP ? 'warm-up' : `round ${round}`}: ${roundText(rounds[round]!)}`);
      }
      return result(options, found, rounds.slice(WARM_UP));
    });
  } finally {
    await bare.close();
    await found.stop();
  }
};

interface Round {
  readonly define: number;
  readonly keelson: Side;
  readonly bare: Side;
  readonly cpu: { readonly apply: number; readonly remove: number };
}

interface Side {
  readonly apply: number;
  readonly succeed: number;
  readonly remove: number;
}

/** Both contestants in turn, so that a noisy neighbour disturbs both. */
const oneRound = async (
  fleet: ConnectedFleet,
  bare: BareClient,
  { clusters }: FoundClusters,
  { applications }: BenchOptions,
): Promise<Round> => {
  const signal = AbortSignal.any([fleet.signal, AbortSignal.timeout(ROUND_MS)]);
  const own = `bench-${randomBytes(4).toString('hex')}`;
  const namespaces = [own, `${own}-bare`] as const;
  await bare.sendAll(namespaces.map(creationOf), 1);
  const watches = await Promise.all(namespaces.map((name) => NamespaceWatch.open(clusters, name)));
  try {
    const [keelsonWatch, bareWatch] = watches as [NamespaceWatch, NamespaceWatch];
    const names = namesOf(applications).map((name) => `${name}-${own.slice(-8)}`);
    const objects = names.flatMap((name) => objectsOf(name, namespaces[1]));
    const targets = applications * clusters.length;

    let defined = 0;
    const define = await timed(() =>
      inLanes(names, REQUESTS_AT_ONCE, async (name) => {
        const definition = definitionOf(name, own);
        const { position } = await fleet.api.put<Accepted>(`/applications/${name}`, definition);
        defined = Math.max(defined, position);
      }),
    );
    const cpu = [await cpuSeconds(fleet.plane)];
    const applied = await clocked(keelsonWatch, 2 * targets, targets, signal, () =>
      release(fleet.api, names, defined, signal),
    );
    cpu.push(await cpuSeconds(fleet.plane));
    const bareApplied = await clocked(bareWatch, 2 * targets, targets, signal, () =>
      bare.sendAll(bareApplies(objects), IN_FLIGHT),
    );
    const removed = await untilGone(keelsonWatch, signal, () =>
      inLanes(names, REQUESTS_AT_ONCE, async (name) => {
        await fleet.api.delete(`/applications/${name}`);
      }),
    );
    cpu.push(await cpuSeconds(fleet.plane));
    const bareRemoved = await untilGone(bareWatch, signal, () =>
      bare.sendAll(bareDeletes(objects), IN_FLIGHT),
    );
    const [before, between, after] = cpu as [number, number, number];
    const perTarget = (seconds: number): number => (1_000 * seconds) / targets;
    return {
      define,
      keelson: { ...applied, remove: removed },
      bare: { ...bareApplied, remove: bareRemoved },
      cpu: { apply: perTarget(between - before), remove: perTarget(after - between) },
    };
  } finally {
    await Promise.all(watches.map((watch) => watch.close()));
    await bare.sendAll(namespaces.map(deletion), 1);
    const left = clusters.flatMap((cluster) => namespaces.map((name) => [cluster, name] as const));
    await Promise.all(left.map(([cluster, name]) => untilDeleted(bare, cluster, name, fleet.signal)));
  }
};

/** The clusters are quiet again: whoever begins the next round must not share them with what is left of this one. */
const untilDeleted = (
  bare: BareClient,
  cluster: Access,
  namespace: string,
  signal: AbortSignal,
): Promise<true> =>
  until(
    `the namespace ${namespace} of ${cluster.name} is gone`,
    async () => {
      try {
        await bare.send(cluster, { method: 'GET', path: pathOf(namespace) });
        return undefined;
      } catch (error) {
        if ((error as Error).message.includes(' answers 404 ')) return true;
        throw error;
      }
    },
    { deadlineMs: ROUND_MS, everyMs: 500, signal },
  );

/** Resolves when every run has succeeded. `after` is a log position before all of them. */
const release = async (
  api: ApiClient,
  names: readonly string[],
  after: number,
  signal: AbortSignal,
): Promise<void> => {
  const ending = runEndings(api, names, { after, signal });
  await inLanes(names, REQUESTS_AT_ONCE, async (name) => {
    await api.post(`/applications/${name}/releases`, { version: '1' });
  });
  await Promise.all(names.map(ending));
};

const clocked = async (
  watch: NamespaceWatch,
  objects: number,
  workloads: number,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<Omit<Side, 'remove'>> => {
  const started = performance.now();
  const working = work().then(() => performance.now());
  const [there, worked] = await Promise.all([watch.there(objects, signal), working]);
  const seen = await watch.seen(workloads, signal);
  return { apply: there - started, succeed: Math.max(worked, seen) - started };
};

const untilGone = async (
  watch: NamespaceWatch,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<number> => {
  const started = performance.now();
  const [gone] = await Promise.all([watch.gone(signal), work()]);
  return gone - started;
};

const timed = async (work: () => Promise<void>): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

const pathOf = (namespace: string): string => `/api/v1/namespaces/${namespace}`;

const deletion = (namespace: string): BareRequest => ({ method: 'DELETE', path: pathOf(namespace) });

const seconds = (ms: number): string => `${rounded(ms / 1_000, 2)} s`;

const roundText = ({ keelson, bare, cpu }: Round): string =>
  `applied ${seconds(keelson.apply)} (bare ${seconds(bare.apply)}), ` +
  `succeeded ${seconds(keelson.succeed)} (${seconds(bare.succeed)}), ` +
  `removed ${seconds(keelson.remove)} (${seconds(bare.remove)}), ` +
  `CPU per target ${rounded(cpu.apply, 2)} + ${rounded(cpu.remove, 2)} ms`;

const result = (
  { applications, rounds }: BenchOptions,
  { kind, clusters }: FoundClusters,
  measured: readonly Round[],
): ScaleResult => {
  const compared = (of: keyof Side): Compared => {
    const keelson = rounded(median(measured.map((round) => round.keelson[of])));
    const bare = rounded(median(measured.map((round) => round.bare[of])));
    return { keelson, bare, ratio: rounded(keelson / bare, 2) };
  };
  return {
    benchmark: 'scale',
    on: kind,
    clusters: clusters.length,
    applications,
    rounds,
    apply: compared('apply'),
    succeed: compared('succeed'),
    remove: compared('remove'),
    define: rounded(median(measured.map((round) => round.define))),
    cpuPerTarget: {
      apply: rounded(median(measured.map(({ cpu }) => cpu.apply)), 2),
      remove: rounded(median(measured.map(({ cpu }) => cpu.remove)), 2),
    },
  };
};

export const scaleText = (result: ScaleResult): string => {
  const { on, clusters, applications, apply, succeed, remove, define, cpuPerTarget } = result;
  const row = (what: string, { keelson, bare, ratio }: Compared): string[] => [
    what,
    seconds(keelson),
    seconds(bare),
    String(ratio),
  ];
  return [
    `${applications} applications (a Deployment of 0 replicas, a ConfigMap of 1 KB) to ${clusters} ${on}`,
    table(
      ['', 'KEELSON', 'BARE LOOP', 'RATIO'],
      [
        row('first POST to the last object', apply),
        row('to every run Succeeded; bare: every Deployment seen by its controller', succeed),
        row('first DELETE to the last object gone', remove),
      ],
    ),
    `goal: ratios of at most 1.5; the definitions before took ${seconds(define)}`,
    `CPU of the server for each target: ${cpuPerTarget.apply} ms applied, ${cpuPerTarget.remove} ms removed`,
  ].join('\n');
};
