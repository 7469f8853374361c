import {
  allPages,
  ApiClient,
  duration,
  type Cluster,
  type Page,
  type ReleaseAccepted,
  type Run,
} from '@keelson/cli';
import type { KubeObject, Labels } from '@keelson/domain';
import { ControlPlane, until } from '@keelson/demo';
import type { LoggedEvent } from './decision-cost';
import type { BenchOptions } from './options';
import { Simulator } from './simulator/simulator';
import { APPLICATION, definition, imageOf, labelsOf, type Shape } from './workload';

const CONNECT_MS = 120_000;
const RUN_MS = 120_000;

/** Registering asks for discovery and list calls in each cluster: a few at a time, as an operator's script would. */
const REGISTER_AT_ONCE = 16;

/** A server with many connected clusters and one released application: where every rollout benchmark begins. */
export class BenchFleet {
  private constructor(
    readonly simulator: Simulator,
    readonly plane: ControlPlane,
    readonly api: ApiClient,
    private readonly shape: Shape,
    readonly signal: AbortSignal,
  ) {}

  /** Runs the task on a fresh fleet and leaves nothing behind, however it ends. */
  static async use<T>(options: BenchOptions, task: (fleet: BenchFleet) => Promise<T>): Promise<T> {
    const undo: (() => Promise<void>)[] = [];
    try {
      const started = performance.now();
      const note = (text: string): void => options.note(`${duration(performance.now() - started)}: ${text}`);
      const simulator = await Simulator.start(options.clusters);
      undo.push(() => simulator.stop());
      const plane = await ControlPlane.start(options.signal);
      undo.push(() => plane.stop());
      const api = new ApiClient(plane.url, plane.token);
      undo.push(() => api.close());
      note('the server is ready');
      const fleet = new BenchFleet(
        simulator,
        plane,
        api,
        options,
        AbortSignal.any([options.signal, plane.died]),
      );
      await fleet.register();
      note(`${options.clusters} clusters are connected`);
      await fleet.define();
      return await task(fleet);
    } finally {
      for (const end of undo.reverse()) await end();
    }
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

  private async register(): Promise<void> {
    const { clusters } = this.simulator;
    const { labels } = this;
    const queue = [...clusters];
    const takeOne = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { name, kubeconfig } = next;
        await this.api.put(`/clusters/${name}`, { labels: labels.get(name), connection: { kubeconfig } });
      }
    };
    await Promise.all(Array.from({ length: REGISTER_AT_ONCE }, takeOne));
    const wanted = clusters.length;
    await until(
      `${wanted} clusters are connected`,
      async (note) => {
        const known = await allPages<Cluster>(this.api, '/clusters');
        const connected = known.filter(({ phase }) => phase === 'Connected').length;
        note(`${connected} are`);
        return connected === wanted || undefined;
      },
      { deadlineMs: CONNECT_MS, everyMs: 200, signal: this.signal },
    );
  }

  private async define(): Promise<void> {
    await this.api.put(`/applications/${APPLICATION}`, definition(this.shape));
  }
}
