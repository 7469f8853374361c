/**
 * Exponential backoff with equal jitter (Brooker, "Exponential Backoff And Jitter", 2015): between half and the whole of
 * `base × 2^attempt`, capped. Milliseconds; attempts count from 0. There is no last attempt: an intent stands.
 */
export const backoffMs = (
  attempt: number,
  { base, cap }: { base: number; cap: number },
  random = Math.random,
): number => Math.round(Math.min(cap, base * 2 ** Math.min(attempt, 30)) * (0.5 + random() / 2));
