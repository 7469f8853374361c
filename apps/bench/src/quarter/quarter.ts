import type { BenchOptions } from '../options';
import { ASSUMPTIONS, CLUSTERS } from './fate';
import { quarterRate, SimulatedQuarter, type Care, type Counts } from './simulated-quarter';

const CARES: readonly Care[] = ['Keelson', 'WorkingDays', 'Mondays', 'Nobody'];
const GOAL = 0.999;

export interface QuarterResult {
  readonly goal: number;
  readonly assumptions: readonly string[];
  readonly seeds: readonly SeedResult[];
}

interface SeedResult {
  readonly seed: number;
  readonly rates: Readonly<Record<Care, { readonly months: readonly number[]; readonly quarter: number }>>;
  /** Of the run with repair. */
  readonly counts: Counts;
}

/** The node online rate of a simulated quarter, with repair and without: `rounds` quarters, of seeds 1, 2, 3 … */
export const quarter = async ({ rounds, signal, note }: BenchOptions): Promise<QuarterResult> => {
  const seeds: SeedResult[] = [];
  for (let seed = 1; seed <= rounds; seed += 1) {
    note(`quarter ${seed} of ${rounds}`);
    const runs = new Map<Care, SimulatedQuarter[]>();
    for (const care of CARES) {
      // A turn of the event loop, so that it can be stopped.
      await new Promise(setImmediate);
      signal.throwIfAborted();
      const quarters = Array.from(
        { length: CLUSTERS },
        (_, index) => new SimulatedQuarter(seed, index + 1, care),
      );
      for (const each of quarters) each.run();
      runs.set(care, quarters);
    }
    const rates = Object.fromEntries(
      CARES.map((care) => [care, quarterRate(runs.get(care) ?? [])]),
    ) as unknown as SeedResult['rates'];
    seeds.push({ seed, rates, counts: sum((runs.get('Keelson') ?? []).map(({ counts }) => counts)) });
  }
  return { goal: GOAL, assumptions: ASSUMPTIONS, seeds };
};

const sum = (all: readonly Counts[]): Counts => {
  const total: Counts = { failures: 0, repairs: 0, evicted: 0, held: 0, forced: 0, storms: 0, calls: 0 };
  for (const counts of all)
    for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += counts[key];
  return total;
};

const percent = (rate: number): string => `${(rate * 100).toFixed(3)} %`;

export const quarterText = ({ goal, assumptions, seeds }: QuarterResult): string => {
  const worst = Math.min(...seeds.map(({ rates }) => rates.Keelson.quarter));
  return [
    'node online rate of a simulated quarter (virtual time, the domain functions that the worker runs)',
    'seed   with repair   by hand, working days   by hand, Mondays   nobody',
    ...seeds.map(({ seed, rates }) =>
      [
        String(seed).padEnd(6),
        percent(rates.Keelson.quarter).padEnd(13),
        percent(rates.WorkingDays.quarter).padEnd(23),
        percent(rates.Mondays.quarter).padEnd(18),
        percent(rates.Nobody.quarter),
      ].join(' '),
    ),
    ...seeds.map(
      ({ seed, counts }) =>
        `seed ${seed}, with repair: ${counts.failures} failures, ${counts.repairs} repairs, ${counts.calls} callbacks, ` +
        `${counts.evicted} pods evicted, ${counts.held} evictions held, ${counts.forced} pods force-deleted, ${counts.storms} storms halted`,
    ),
    `goal: at least ${percent(goal)}; worst seed with repair: ${percent(worst)} (${worst >= goal ? 'met' : 'MISSED'})`,
    'assumed, and deciding:',
    ...assumptions.map((assumption) => `- ${assumption}`),
  ].join('\n');
};
