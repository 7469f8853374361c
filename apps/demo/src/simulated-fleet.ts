import { parseConnection, startSimulator, type Simulator } from '@keelson/k8s';
import { LiveCluster } from './live-cluster';

/** Slow enough to be watched, fast enough that a release takes seconds; milliseconds. */
const TIMINGS = { podStartMs: 600, podStopMs: 100 };

/** Simulated clusters, each with its own API server at a URL of its own. */
export class SimulatedFleet {
  private constructor(
    private readonly simulator: Simulator,
    private readonly witnesses: ReadonlyMap<string, LiveCluster>,
  ) {}

  static async start(names: readonly string[]): Promise<SimulatedFleet> {
    const simulator = await startSimulator({ clusters: names, timings: TIMINGS });
    const witnesses = names.map((name) => {
      const parsed = parseConnection({ kubeconfig: simulator.kubeconfig(name) });
      if (!parsed.ok) throw new Error(`the simulator's kubeconfig: ${JSON.stringify(parsed.errors)}`);
      return [name, new LiveCluster(name, parsed.connection)] as const;
    });
    return new SimulatedFleet(simulator, new Map(witnesses));
  }

  kubeconfig(name: string): string {
    return this.simulator.kubeconfig(name);
  }

  live(name: string): LiveCluster {
    const witness = this.witnesses.get(name);
    if (!witness) throw new Error(`there is no cluster ${name}`);
    return witness;
  }

  /** Cuts the network to a cluster: its connections break, and new ones too. */
  disconnect(name: string): void {
    this.simulator.cluster(name).setReachable(false);
  }

  reconnect(name: string): void {
    this.simulator.cluster(name).setReachable(true);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.witnesses.values()].map((witness) => witness.close()));
    await this.simulator.close();
  }
}
