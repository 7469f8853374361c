import { join } from 'node:path';
import type { FaultPlan } from '@keelson/k8s';
import { Child } from '../child';
import type { Access } from '../clusters/access';
import type { Counts, FromSimulator, Seed, Sighting, ToSimulator } from './protocol';

/** Simulated clusters in a process of their own: their work must not be counted as the server's or the loop's. */
export class Simulator {
  private constructor(
    private readonly child: Child<ToSimulator, FromSimulator>,
    readonly clusters: readonly Access[],
  ) {}

  static async start(clusters: number): Promise<Simulator> {
    const child = new Child<ToSimulator, FromSimulator>(
      'the simulator',
      join(__dirname, 'process.js'),
      [String(clusters)],
      ['--max-old-space-size=12288'],
    );
    const answer = await child.hear('ready');
    return new Simulator(child, answer.clusters);
  }

  async counts(): Promise<Counts> {
    return (await this.child.ask({ ask: 'counts' }, 'counts')).counts;
  }

  async reset(): Promise<void> {
    await this.child.ask({ ask: 'reset' }, 'reset');
  }

  async seed(seed: Seed): Promise<void> {
    await this.child.ask({ ask: 'seed', seed }, 'seeded');
  }

  /** Begins to write down what is in these namespaces, for {@link sightings}. */
  async observe(namespaces: readonly string[]): Promise<void> {
    await this.child.ask({ ask: 'observe', namespaces }, 'observing');
  }

  /** Of all that was seen, in its order, what comes after the first `from`. */
  async sightings(from: number): Promise<readonly Sighting[]> {
    return (await this.child.ask({ ask: 'sightings', from }, 'sightings')).sightings;
  }

  /** Replaces what is wrong with the API servers of these clusters; answers when that was, by `machineMs`. */
  async fault(clusters: readonly string[], faults: FaultPlan): Promise<number> {
    return (await this.child.ask({ ask: 'fault', clusters, faults }, 'faulted')).at;
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}
