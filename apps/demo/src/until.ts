import { setTimeout as delay } from 'node:timers/promises';

/** Something that the demo claims was not there in time. */
export class NotSeenError extends Error {
  override readonly name = 'NotSeenError';
}

export interface Until {
  /** Default 30 s: ten times what a slow machine needs. */
  readonly deadlineMs?: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/** Answers what was seen, or undefined to be asked again; `note` tells what was there instead, for the error. */
export type Look<T> = (note: (seen: string) => void) => Promise<T | undefined> | T | undefined;

/** Looks until something is seen. Throws NotSeenError at the deadline and the signal's reason when it is aborted. */
export const until = async <T>(what: string, look: Look<T>, options: Until = {}): Promise<T> => {
  const { deadlineMs = 30_000, everyMs = 50, signal } = options;
  const deadline = performance.now() + deadlineMs;
  let instead = '';
  for (;;) {
    signal?.throwIfAborted();
    const seen = await look((text) => (instead = text));
    if (seen !== undefined) return seen;
    if (performance.now() > deadline) {
      throw new NotSeenError(
        `not seen within ${deadlineMs / 1_000} s: ${what}${instead && `; instead: ${instead}`}`,
      );
    }
    await delay(everyMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
  }
};
