import { allPages, type ApiClient, type Page, type ReleaseAccepted, type Run } from '@keelson/cli';
import type { KubeObject, Labels } from '@keelson/domain';
import { until, type ControlPlane } from '@keelson/demo';
import { ConnectedFleet } from './connected-fleet';
import type { LoggedEvent } from './decision-cost';
import type { BenchOptions } from './options';
import { Simulator } from './simulator/simulator';
import { APPLICATION, definition, imageOf, labelsOf, type Shape } from './workload';

const RUN_MS = 120_000;

/** A server with many simulated clusters and one defined application: where the rollout benchmarks begin. */
export class BenchFleet {
  private constructor(
    readonly simulator: Simulator,
    private readonly fleet: ConnectedFleet,
    private readonly shape: Shape,
  ) {}

  /** Runs the task on a fresh fleet and leaves nothing behind, however it ends. */
  static async use<T>(options: BenchOptions, task: (fleet: BenchFleet) => Promise<T>): Promise<T> {
    const simulator = await Simulator.start(options.clusters);
    try {
      const { clusters } = simulator;
      const labels = (index: number): Labels => labelsOf(index, clusters.length, options);
      return await ConnectedFleet.use({ ...options, clusters, labelsOf: labels }, async (connected) => {
        await connected.api.put(`/applications/${APPLICATION}`, definition(options));
        return task(new BenchFleet(simulator, connected, options));
      });
    } finally {
      await simulator.stop();
    }
  }

  get plane(): ControlPlane {
    return this.fleet.plane;
  }

  get api(): ApiClient {
    return this.fleet.api;
  }

  get signal(): AbortSignal {
    return this.fleet.signal;
  }

  /** Answers as soon as the release was accepted. */
  release(round: number): Promise<ReleaseAccepted> {
    const body = { version: `1.${round}`, images: { web: imageOf(round) } };
    return this.api.post<ReleaseAccepted>(`/applications/${APPLICATION}/releases`, body);
  }

  /** Waits until Keelson itself knows that the run is through. */
  async succeeded({ run, position }: ReleaseAccepted): Promise<void> {
    await until(
      `run ${run.id} succeeds`,
      async (note) => {
        const { phase, reason } = await this.api.get<Run>(`/runs/${run.id}`, { minPosition: position });
        note(`${phase} ${reason ?? ''}`);
        return phase === 'Succeeded' || undefined;
      },
      { deadlineMs: RUN_MS, everyMs: 10, signal: this.signal },
    );
  }

  /** The objects that Keelson applied to a cluster, marks included. */
  async plan(): Promise<readonly KubeObject[]> {
    const [first] = this.simulator.clusters;
    const path = `/applications/${APPLICATION}/targets/${first?.name}/plan`;
    const { objects } = await this.api.get<{ objects: readonly KubeObject[] }>(path);
    return objects;
  }

  /** Labels by cluster, as they were registered. */
  get labels(): ReadonlyMap<string, Labels> {
    const { clusters } = this.simulator;
    return new Map(clusters.map(({ name }, index) => [name, labelsOf(index, clusters.length, this.shape)]));
  }

  /** Every event of the application since the run was created. */
  async eventsOf(run: string): Promise<LoggedEvent[]> {
    const { items } = await this.api.get<Page<LoggedEvent>>('/audit', { query: { run, limit: 1 } });
    const after = (items[0]?.position ?? 1) - 1;
    return allPages<LoggedEvent>(this.api, '/audit', { application: APPLICATION, after });
  }
}
