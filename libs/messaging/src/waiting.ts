import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after `ms`, or at once when the signal fires; never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

/** Resolves when the signal fires. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

export interface BackoffOptions {
  /** Milliseconds before the first retry, before jitter. */
  readonly base: number;
  /** Upper limit in milliseconds. */
  readonly max: number;
}

/**
 * Milliseconds to wait before retry number `attempt` (0 for the first): doubles up to `max`, with the
 * upper half of it random, so that workers which failed together do not come back together.
 */
export function backoff(attempt: number, { base, max }: BackoffOptions): number {
  const ceiling = Math.min(max, base * 2 ** Math.min(attempt, 30));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}
