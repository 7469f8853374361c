import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  /** Milliseconds before it gives up. */
  readonly deadline?: number;
  /** Milliseconds between two looks. */
  readonly every?: number;
}

/**
 * Looks until `probe` answers with something other than `undefined`, and returns that.
 * A probe that throws ends the wait at once: throw for what cannot get better, return `undefined` for what can.
 * Past the deadline it throws `what`, and whatever `whenLate` can tell about the reason.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  { deadline = 30_000, every = 50 }: UntilOptions = {},
  whenLate: () => string = () => '',
): Promise<T> {
  const end = Date.now() + deadline;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (Date.now() >= end) throw new Error(`${what}: not within ${deadline} ms ${whenLate()}`.trimEnd());
    await sleep(every);
  }
}
