import { parseArgs } from 'node:util';
import type { ChaosOptions } from './chaos';

export const USAGE =
  'usage: npm run chaos -- [--minutes M] [--seed S] [--steps N] [--clusters N] [--workers N] [--apis N] [--patience SECONDS] [--quiet]';

/** @throws Error with the offending flag */
export const parseOptions = (args: readonly string[]): Omit<ChaosOptions, 'signal'> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      steps: { type: 'string' },
      clusters: { type: 'string', default: '8' },
      workers: { type: 'string', default: '2' },
      apis: { type: 'string', default: '2' },
      patience: { type: 'string', default: '120' },
      quiet: { type: 'boolean', default: false },
    },
  });
  return {
    seed: numberOf('seed', values.seed, 0, 2 ** 32 - 1),
    clusters: numberOf('clusters', values.clusters, 4, 100),
    workers: numberOf('workers', values.workers, 1, 10),
    apis: numberOf('apis', values.apis, 1, 10),
    forMs: minutesOf(values.minutes) * 60_000,
    patienceMs: numberOf('patience', values.patience, 10, 3_600) * 1_000,
    aloud: !values.quiet,
    ...(values.steps === undefined ? {} : { steps: numberOf('steps', values.steps, 1, 1_000_000) }),
  };
};

const numberOf = (name: string, text: string, least: number, most: number): number => {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most))
    throw new Error(`--${name} takes a whole number from ${least} to ${most}, not "${text}"`);
  return value;
};

const minutesOf = (text: string): number => {
  const value = /^\d{1,4}(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(value > 0 && value <= 1_440)) throw new Error(`--minutes takes up to 1440 minutes, not "${text}"`);
  return value;
};
