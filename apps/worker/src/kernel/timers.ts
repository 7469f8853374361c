/** One pending wake-up per key; a nearer one replaces a farther one. Cleared as a whole when its owner stops. */
export class Timers {
  private readonly pending = new Map<string, { timer: NodeJS.Timeout; due: number }>();

  constructor(private readonly fire: (key: string) => void) {}

  set(key: string, delayMs: number): void {
    const due = Date.now() + delayMs;
    const known = this.pending.get(key);
    if (known && known.due <= due) return;
    if (known) clearTimeout(known.timer);
    const timer = setTimeout(() => {
      this.pending.delete(key);
      this.fire(key);
    }, delayMs);
    this.pending.set(key, { timer, due });
  }

  /** Wake-ups that are pending. */
  get size(): number {
    return this.pending.size;
  }

  cancel(key: string): void {
    clearTimeout(this.pending.get(key)?.timer);
    this.pending.delete(key);
  }

  clear(): void {
    for (const { timer } of this.pending.values()) clearTimeout(timer);
    this.pending.clear();
  }
}
