import { append, appendText } from './append/append';
import { drift, driftText } from './drift/drift';
import { idle, idleText } from './idle';
import type { BenchOptions } from './options';
import { quarter, quarterText } from './quarter/quarter';
import { rollout, rolloutText } from './rollout';

/** Measures, and answers the one object that `--json` prints together with its text. */
export type Benchmark = (
  options: BenchOptions,
) => Promise<{ readonly result: object; readonly text: string }>;

export const BENCHMARKS: ReadonlyMap<string, Benchmark> = new Map<string, Benchmark>([
  [
    'append',
    async (options) => {
      const result = await append(options);
      return { result, text: appendText(result) };
    },
  ],
  [
    'rollout',
    async (options) => {
      const result = await rollout(options);
      return { result, text: rolloutText(result) };
    },
  ],
  [
    'quarter',
    async (options) => {
      const result = await quarter(options);
      return { result, text: quarterText(result) };
    },
  ],
  [
    'idle',
    async (options) => {
      const result = await idle(options);
      return { result, text: idleText(result) };
    },
  ],
  [
    'drift',
    async (options) => {
      const result = await drift(options);
      return { result, text: driftText(result) };
    },
  ],
]);

/** Named in the documentation, and not written yet. */
export const PLANNED: readonly string[] = ['replay', 'scale'];
