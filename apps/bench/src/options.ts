import type { Share } from '@keelson/domain';
import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly clusters: number;
  readonly applications: number;
  readonly rounds: number;
  readonly seconds: number;
  /** Seconds in which clusters do not answer. */
  readonly away: number;
  /** Percentages of the clusters that the stages of a release have, in order; together the whole. */
  readonly stages: readonly number[];
  /** How many clusters of a stage may be under way at once. */
  readonly concurrency: Share;
  readonly json: boolean;
  /** Ends everything that is under way. */
  readonly signal: AbortSignal;
  /** Says how far it is; never part of the answer. */
  readonly note: (text: string) => void;
}

/** What is wrong with a command line; nothing has been started. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What a benchmark is run with unless the command line says otherwise. */
export type Defaults = Partial<Record<'clusters' | 'applications' | 'rounds', number>>;

export const parseOptions = (
  args: readonly string[],
  { clusters = 100, applications = 100, rounds = 5 }: Defaults = {},
): Omit<BenchOptions, 'signal' | 'note'> => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        clusters: { type: 'string', default: String(clusters) },
        applications: { type: 'string', default: String(applications) },
        rounds: { type: 'string', default: String(rounds) },
        seconds: { type: 'string', default: '20' },
        away: { type: 'string', default: '300' },
        stages: { type: 'string', default: '100' },
        concurrency: { type: 'string', default: '100%' },
        json: { type: 'boolean', default: false },
      },
    });
    return {
      clusters: count('clusters', values.clusters, 1_000),
      applications: count('applications', values.applications, 1_000),
      rounds: count('rounds', values.rounds, 100),
      seconds: count('seconds', values.seconds, 3_600),
      away: count('away', values.away, 3_600),
      stages: stages(values.stages),
      concurrency: concurrency(values.concurrency),
      json: values.json,
    };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
};

const count = (name: string, text: string, most: number): number => {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= 1 && value <= most))
    throw new UsageError(`--${name} takes a number from 1 to ${most}, not "${text}"`);
  return value;
};

const stages = (text: string): number[] => {
  const shares = text.split(',').map(Number);
  const isWhole = shares.reduce((sum, share) => sum + share, 0) === 100;
  if (!isWhole || shares.some((share) => !Number.isInteger(share) || share < 1))
    throw new UsageError(`--stages takes percentages that are 100 together, like 20,30,50, not "${text}"`);
  return shares;
};

const concurrency = (text: string): Share => {
  if (/^(100|[1-9]\d?)%$/.test(text)) return text;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new UsageError(`--concurrency takes a number of clusters or a percentage, not "${text}"`);
};
