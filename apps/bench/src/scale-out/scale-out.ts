import { table, type Accepted, type ApiClient } from '@keelson/cli';
import { BareClient } from '../clusters/bare-client';
import { ConnectedFleet } from '../connected-fleet';
import { inLanes } from '../in-lanes';
import type { BenchOptions } from '../options';
import { runEndings, type RunEnding } from '../run-endings';
import { NamespaceWatch } from '../scale/namespace-watch';
import { creationOf, namesOf } from '../scale/workload';
import { Simulator } from '../simulator/simulator';
import { median, rounded } from '../statistics';
import { definitionOf, isAsBefore, isScaled, NAMESPACE, REPLICAS } from './workload';

export interface ScaleOutResult {
  readonly benchmark: 'scale-out';
  readonly clusters: number;
  readonly applications: number;
  readonly rounds: number;
  /** Scaled at once, while the releases run. */
  readonly atOnce: Took;
  /** As locked work orders: an application is scaled when its release has ended. */
  readonly locked: Took;
  /** How many times as long the locked work orders take. */
  readonly ratio: Took;
}

/** Milliseconds from when the scale-out is wanted, with a release begun in every application. */
interface Took {
  /** To the last workload that had its new count of Ready pods. */
  readonly scaled: number;
  /** To that and the last release's end. */
  readonly through: number;
}

const REQUESTS_AT_ONCE = 16;
const ROUND_MS = 900_000;

/** More pods for every application of a fleet at once, while releases run, against the same as locked work orders. */
export const scaleOut = async (options: BenchOptions): Promise<ScaleOutResult> => {
  const simulator = await Simulator.start(options.clusters);
  const { clusters } = simulator;
  try {
    const client = new BareClient(clusters);
    await client.sendAll([creationOf(NAMESPACE)], 1).finally(() => client.close());
    const wiring = { ...options, clusters, labelsOf: () => ({ bench: 'scale-out' }) };
    return await ConnectedFleet.use(wiring, async (fleet) => {
      const watch = await NamespaceWatch.open(clusters, NAMESPACE);
      try {
        return await new Contest(fleet, watch, options).result();
      } finally {
        await watch.close();
      }
    });
  } finally {
    await simulator.stop();
  }
};

/** When an application's scale may begin. */
type Order = (ending: RunEnding, application: string) => Promise<void>;

const atOnce: Order = () => Promise.resolve();
const locked: Order = (ending, application) => ending(application);

class Contest {
  private readonly api: ApiClient;
  private readonly names: readonly string[];
  private readonly workloads: number;
  private version = 0;

  constructor(
    private readonly fleet: ConnectedFleet,
    private readonly watch: NamespaceWatch,
    private readonly options: BenchOptions,
  ) {
    this.api = fleet.api;
    this.names = namesOf(options.applications);
    this.workloads = options.clusters * options.applications;
  }

  async result(): Promise<ScaleOutResult> {
    const { clusters, applications, rounds } = this.options;
    await this.begin();
    this.options.note(`${applications} applications run in ${clusters} clusters`);
    const measured: { atOnce: Took; locked: Took }[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      // In turn, and in turn the first: the second of a round finds all a little warmer.
      const first = round % 2 === 1 ? await this.contestant(atOnce) : undefined;
      const other = await this.contestant(locked);
      measured.push({ atOnce: first ?? (await this.contestant(atOnce)), locked: other });
    }
    const middle = (of: 'atOnce' | 'locked'): Took => ({
      scaled: rounded(median(measured.map((pair) => pair[of].scaled))),
      through: rounded(median(measured.map((pair) => pair[of].through))),
    });
    const [own, theirs] = [middle('atOnce'), middle('locked')];
    return {
      benchmark: 'scale-out',
      clusters,
      applications,
      rounds,
      atOnce: own,
      locked: theirs,
      ratio: {
        scaled: rounded(theirs.scaled / own.scaled, 2),
        through: rounded(theirs.through / own.through, 2),
      },
    };
  }

  /** The first release: the clusters have everything, and nothing is under way. */
  private async begin(): Promise<void> {
    const { signal } = this;
    await this.all((name) => this.api.put(`/applications/${name}`, definitionOf(name)));
    const there = this.watch.each(this.workloads, isAsBefore, signal);
    const ending = await this.release(signal);
    await Promise.all([there, ...this.names.map(ending)]);
  }

  /** Begins a release in every application, scales each when it may be, and goes back to the count from before. */
  private async contestant(order: Order): Promise<Took> {
    const { signal } = this;
    const ending = await this.release(signal);
    const started = performance.now();
    const scaled = this.watch.each(this.workloads, isScaled, signal);
    const ended = Promise.all(this.names.map(ending)).then(() => performance.now());
    const ordered = Promise.all(
      this.names.map(async (name) => {
        await order(ending, name);
        await this.scale(name, REPLICAS.after);
      }),
    );
    const [scaledAt, endedAt] = await Promise.all([scaled, ended, ordered]);
    const took = { scaled: scaledAt - started, through: Math.max(scaledAt, endedAt) - started };
    this.options.note(
      `release ${this.version}: scaled ${seconds(took.scaled)}, ended ${seconds(took.through)}`,
    );
    const back = this.watch.each(this.workloads, isAsBefore, signal);
    await Promise.all([back, this.all((name) => this.scale(name, REPLICAS.before))]);
    return took;
  }

  private async release(signal: AbortSignal): Promise<RunEnding> {
    this.version += 1;
    const version = String(this.version);
    const images = { web: `registry.example/web:${version}` };
    let first = Infinity;
    await this.all(async (name) => {
      const body = { version, images };
      const { position } = await this.api.post<Accepted>(`/applications/${name}/releases`, body);
      first = Math.min(first, position);
    });
    return runEndings(this.api, this.names, { after: first - 1, signal });
  }

  private async scale(name: string, replicas: number): Promise<void> {
    await this.api.post(`/applications/${name}/scale`, { replicas });
  }

  private all(work: (name: string) => Promise<unknown>): Promise<void> {
    return inLanes(this.names, REQUESTS_AT_ONCE, async (name) => {
      await work(name);
    });
  }

  private get signal(): AbortSignal {
    return AbortSignal.any([this.fleet.signal, AbortSignal.timeout(ROUND_MS)]);
  }
}

const seconds = (ms: number): string => `${rounded(ms / 1_000, 2)} s`;

export const scaleOutText = (result: ScaleOutResult): string => {
  const { clusters, applications, ratio } = result;
  const row = (what: string, { scaled, through }: Took): string[] => [
    what,
    seconds(scaled),
    seconds(through),
  ];
  return [
    `${REPLICAS.after} pods instead of ${REPLICAS.before} for ${applications} applications in ${clusters} simulated clusters, a release begun in each`,
    table(
      ['', 'TO THE LAST READY POD', 'AND THE LAST RELEASE'],
      [
        row('all at once, while the releases run', result.atOnce),
        row('locked work orders, each after its release', result.locked),
        ['ratio', String(ratio.scaled), String(ratio.through)],
      ],
    ),
    'goal: a ratio of at least 2 to the last ready pod',
  ].join('\n');
};
