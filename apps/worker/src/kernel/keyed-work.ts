/**
 * Runs one piece of work per key at a time. Asking again while it runs makes it run once more afterwards, however
 * often it was asked: work is level-based, so one pass over the newest state serves every request before it.
 * `limit` keys run at once; the rest wait in order.
 */
export class KeyedWork {
  private readonly running = new Map<string, Promise<void>>();
  private readonly waiting = new Set<string>();
  private readonly idle: (() => void)[] = [];
  private closed = false;

  constructor(
    private readonly work: (key: string) => Promise<void>,
    private readonly limit: number,
    private readonly onError: (key: string, error: unknown) => void,
  ) {}

  ask(key: string): void {
    if (this.closed) return;
    this.waiting.add(key);
    this.fill();
  }

  /** Keys that wait or run. */
  get size(): number {
    return this.waiting.size + this.running.size;
  }

  /** Takes nothing new and resolves when what runs has ended. */
  async close(): Promise<void> {
    this.closed = true;
    this.waiting.clear();
    if (this.running.size > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private fill(): void {
    for (const key of this.waiting) {
      if (this.running.size >= this.limit) return;
      if (this.running.has(key)) continue;
      this.waiting.delete(key);
      this.running.set(key, this.run(key));
    }
  }

  private async run(key: string): Promise<void> {
    await Promise.resolve();
    try {
      await this.work(key);
    } catch (error) {
      this.onError(key, error);
    }
    this.running.delete(key);
    this.fill();
    if (this.running.size === 0) for (const resolve of this.idle.splice(0)) resolve();
  }
}
