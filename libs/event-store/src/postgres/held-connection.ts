import type { Pool, PoolClient } from 'pg';

const firstRetryMs = 50;
const lastRetryMs = 2_000;

/**
 * A connection of the pool that one component keeps for good, and gets anew, with backoff, after it is lost.
 * Kept rather than borrowed: a pool whose clients are all at work must not silence the sealer or LISTEN.
 */
export class HeldConnection {
  private client: PoolClient | undefined;
  private opening: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private retryMs = firstRetryMs;
  private stopped = false;

  constructor(
    private readonly pool: Pool,
    private readonly hooks: {
      /** Prepares every new connection (LISTEN, for one) before it counts as there. */
      readonly onOpen?: (client: PoolClient) => Promise<void>;
      readonly onLost?: () => void;
      readonly onError?: (error: unknown) => void;
    } = {},
  ) {}

  /** The connection, or undefined while there is none. */
  get current(): PoolClient | undefined {
    return this.client;
  }

  /** Resolves after the first attempt, successful or not; later ones go on in the background. */
  open(): Promise<void> {
    return (this.opening ??= this.attempt().finally(() => (this.opening = undefined)));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.opening;
    const client = this.client;
    this.client = undefined;
    // Destroyed, not returned: it carries session state such as LISTEN.
    client?.release(true);
  }

  private async attempt(): Promise<void> {
    let client: PoolClient | undefined;
    try {
      client = await this.pool.connect();
      const opened = client;
      let lost = false;
      opened.once('end', () => {
        lost = true;
        this.lose(opened);
      });
      await this.hooks.onOpen?.(opened);
      if (this.stopped || lost) throw new Error('the connection was lost while it was being opened');
      this.client = opened;
      this.retryMs = firstRetryMs;
    } catch (error) {
      client?.release(true);
      if (this.stopped) return;
      this.hooks.onError?.(error);
      this.retry();
    }
  }

  private lose(client: PoolClient): void {
    if (this.client !== client) return;
    this.client = undefined;
    client.release(true);
    if (this.stopped) return;
    this.hooks.onLost?.();
    this.retry();
  }

  private retry(): void {
    this.timer = setTimeout(() => void this.open(), this.retryMs);
    this.timer.unref();
    this.retryMs = Math.min(this.retryMs * 2, lastRetryMs);
  }
}
