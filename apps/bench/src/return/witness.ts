import { until } from '@keelson/demo';
import type { Sighting } from '../simulator/protocol';
import type { Simulator } from '../simulator/simulator';
import { arrivalOf, type Arrival, type Goal } from './arrival';

const REACHED_MS = 180_000;

/** Which clock and which sighting something is counted from. */
export interface Mark {
  readonly place: number;
  readonly at: number;
}

/** The judge of both contestants: it sees what is in the clusters from inside, so that it sees those that are away. */
export class Witness {
  private readonly sightings: Sighting[] = [];

  private constructor(private readonly simulator: Simulator) {}

  static async of(simulator: Simulator, namespaces: readonly string[]): Promise<Witness> {
    await simulator.observe(namespaces);
    return new Witness(simulator);
  }

  /** What comes from `at` on, which is now or was a moment ago. */
  async mark(at: number): Promise<Mark> {
    await this.look();
    return { place: this.sightings.findLastIndex((sighting) => sighting.at < at) + 1, at };
  }

  /** What was seen since the mark, by cluster. */
  since({ place }: Mark): ReadonlyMap<string, readonly Sighting[]> {
    const seen = new Map<string, Sighting[]>();
    for (const sighting of this.sightings.slice(place)) {
      const known = seen.get(sighting.cluster);
      if (known) known.push(sighting);
      else seen.set(sighting.cluster, [sighting]);
    }
    return seen;
  }

  /** When each of the clusters had what it is to have; resolves when all have. */
  reached(
    what: string,
    clusters: readonly string[],
    goal: Goal,
    mark: Mark,
    signal: AbortSignal,
  ): Promise<readonly Arrival[]> {
    let isFirst = true;
    return until(
      what,
      async (note) => {
        const isNews = await this.look();
        if (!isNews && !isFirst) return undefined;
        isFirst = false;
        const seen = this.since(mark);
        const arrivals = clusters.map((cluster) => arrivalOf(seen.get(cluster) ?? [], goal, mark.at));
        const there = arrivals.filter((arrival) => arrival !== undefined);
        note(`${there.length} of ${clusters.length} clusters are there`);
        return there.length === clusters.length ? there : undefined;
      },
      { deadlineMs: REACHED_MS, everyMs: 25, signal },
    );
  }

  /** Whether there is anything new. */
  private async look(): Promise<boolean> {
    const news = await this.simulator.sightings(this.sightings.length);
    this.sightings.push(...news);
    return news.length > 0;
  }
}
