import { allPages, ApiClient, duration, type Cluster } from '@keelson/cli';
import type { Labels } from '@keelson/domain';
import { ControlPlane, until } from '@keelson/demo';
import type { Access } from './clusters/access';
import { inLanes } from './in-lanes';
import type { BenchOptions } from './options';

const CONNECT_MS = 120_000;

/** Registering asks for discovery and list calls in each cluster: a few at a time, as an operator's script would. */
const REGISTER_AT_ONCE = 16;

export interface Wiring extends Pick<BenchOptions, 'signal' | 'note'> {
  readonly clusters: readonly Access[];
  /** Of a cluster, by its place among them. */
  readonly labelsOf: (index: number) => Labels;
}

/** A server of its own process with connected clusters and nothing released: where every benchmark of it begins. */
export class ConnectedFleet {
  private constructor(
    readonly plane: ControlPlane,
    readonly api: ApiClient,
    readonly signal: AbortSignal,
  ) {}

  /** Runs the task and leaves nothing behind but what is in the clusters, however it ends. */
  static async use<T>(wiring: Wiring, task: (fleet: ConnectedFleet) => Promise<T>): Promise<T> {
    const started = performance.now();
    const note = (text: string): void => wiring.note(`${duration(performance.now() - started)}: ${text}`);
    const plane = await ControlPlane.start(wiring.signal);
    const api = new ApiClient(plane.url, plane.token);
    try {
      note('the server is ready');
      const fleet = new ConnectedFleet(plane, api, AbortSignal.any([wiring.signal, plane.died]));
      await fleet.register(wiring);
      note(`${wiring.clusters.length} clusters are connected`);
      return await task(fleet);
    } finally {
      await api.close();
      await plane.stop();
    }
  }

  private async register({ clusters, labelsOf }: Wiring): Promise<void> {
    await inLanes(clusters, REGISTER_AT_ONCE, async ({ name, kubeconfig }, index) => {
      await this.api.put(`/clusters/${name}`, { labels: labelsOf(index), connection: { kubeconfig } });
    });
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
}
