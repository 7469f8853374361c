import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly clusters: number;
  readonly rounds: number;
  readonly seconds: number;
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

export const parseOptions = (args: readonly string[]): Omit<BenchOptions, 'signal' | 'note'> => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        clusters: { type: 'string', default: '100' },
        rounds: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '20' },
        json: { type: 'boolean', default: false },
      },
    });
    return {
      clusters: count('clusters', values.clusters, 1_000),
      rounds: count('rounds', values.rounds, 100),
      seconds: count('seconds', values.seconds, 3_600),
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
