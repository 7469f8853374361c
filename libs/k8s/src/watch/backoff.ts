export interface BackoffLimits {
  /** Default 250 ms. */
  readonly minMs?: number;
  /** Default 30 s. */
  readonly maxMs?: number;
}

/**
 * Exponential, doubling, capped, with jitter over the upper half: a thousand watches that lost one load balancer
 * must not come back in one moment, and none may come back at once.
 */
export class Backoff {
  #attempt = 0;
  readonly #minMs: number;
  readonly #maxMs: number;

  constructor(
    limits: BackoffLimits = {},
    private readonly random: () => number = Math.random,
  ) {
    this.#minMs = limits.minMs ?? 250;
    this.#maxMs = limits.maxMs ?? 30_000;
  }

  /** The next pause in ms; never shorter than what the server asked for. */
  next(retryAfterMs = 0): number {
    const full = Math.min(this.#minMs * 2 ** this.#attempt, this.#maxMs);
    if (full < this.#maxMs) this.#attempt += 1;
    return Math.max(full / 2 + (this.random() * full) / 2, retryAfterMs);
  }

  reset(): void {
    this.#attempt = 0;
  }
}
