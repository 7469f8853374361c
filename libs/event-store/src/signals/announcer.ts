import type { Pool } from 'pg';
import { channels } from './listener';

const intervalMs = 5;

/**
 * Tells other processes' sealers of our appends, after the commit and at most once per 5 ms:
 * a NOTIFY in every append's transaction was measured at a third of the throughput.
 */
export class Announcer {
  private timer: NodeJS.Timeout | undefined;
  private again = false;
  private sending: Promise<unknown> = Promise.resolve();

  constructor(private readonly pool: Pool) {}

  announce(): void {
    if (this.timer) {
      this.again = true;
      return;
    }
    // Lost when it fails: the sealer polls beneath.
    this.sending = this.pool.query(`notify ${channels.appended}`).catch(() => undefined);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (!this.again) return;
      this.again = false;
      this.announce();
    }, intervalMs);
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    await this.sending;
  }
}
