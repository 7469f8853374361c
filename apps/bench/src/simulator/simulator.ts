import { join } from 'node:path';
import { Child } from '../child';
import type { Access } from '../clusters/access';
import type { Counts, FromSimulator, Seed, ToSimulator } from './protocol';

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

  stop(): Promise<void> {
    return this.child.stop();
  }
}
