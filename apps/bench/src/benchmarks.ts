import { append, appendText } from './append/append';
import { drift, driftText } from './drift/drift';
import { idle, idleText } from './idle';
import type { BenchOptions, Defaults } from './options';
import { quarter, quarterText } from './quarter/quarter';
import { rollout, rolloutText } from './rollout';
import { scale, scaleText } from './scale/scale';

export interface Benchmark {
  readonly defaults: Defaults;
  /** Measures, and answers the one object that `--json` prints together with its text. */
  run(options: BenchOptions): Promise<{ readonly result: object; readonly text: string }>;
}

const benchmark = <Result extends object>(
  measure: (options: BenchOptions) => Promise<Result>,
  textOf: (result: Result) => string,
  defaults: Defaults = {},
): Benchmark => ({
  defaults,
  run: async (options) => {
    const result = await measure(options);
    return { result, text: textOf(result) };
  },
});

export const BENCHMARKS: ReadonlyMap<string, Benchmark> = new Map([
  ['append', benchmark(append, appendText)],
  ['rollout', benchmark(rollout, rolloutText)],
  ['idle', benchmark(idle, idleText)],
  ['drift', benchmark(drift, driftText)],
  ['quarter', benchmark(quarter, quarterText)],
  ['scale', benchmark(scale, scaleText, { clusters: 3, applications: 200, rounds: 3 })],
]);

/** Named in the documentation, and not written yet. */
export const PLANNED: readonly string[] = ['replay'];
