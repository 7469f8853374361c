import { append, appendText } from './append/append';
import { drift, driftText } from './drift/drift';
import { fleet, fleetText } from './fleet/fleet';
import { idle, idleText } from './idle';
import type { BenchOptions, Defaults } from './options';
import { quarter, quarterText } from './quarter/quarter';
import { replay, replayText } from './replay';
import { comeBack, returnText } from './return/return';
import { rollout, rolloutText } from './rollout';
import { scale, scaleText } from './scale/scale';
import { scaleOut, scaleOutText } from './scale-out/scale-out';

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
  ['fleet', benchmark(fleet, fleetText)],
  ['quarter', benchmark(quarter, quarterText)],
  ['replay', benchmark(replay, replayText, { clusters: 100, applications: 100, rounds: 3 })],
  ['return', benchmark(comeBack, returnText, { clusters: 20, applications: 20, rounds: 1 })],
  ['scale', benchmark(scale, scaleText, { clusters: 3, applications: 200, rounds: 3 })],
  ['scale-out', benchmark(scaleOut, scaleOutText, { clusters: 20, applications: 10, rounds: 2 })],
]);
