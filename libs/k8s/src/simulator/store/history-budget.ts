/** Whoever keeps history and can let go of its oldest entry. */
export interface Historian {
  forgetOldest(): void;
}

/**
 * How much history all clusters of a process keep together: when one change comes too many, the oldest of all
 * goes, whosever it is. A limit for each cluster alone would have to be sized for the sum of a thousand.
 */
export class HistoryBudget {
  /** One entry for each change that is kept, oldest first; a ring once it is full. */
  private readonly ring: Historian[] = [];
  private next = 0;

  /** @param limit changes */
  constructor(private readonly limit: number) {}

  /** Called for each change, before it is kept. */
  spend(by: Historian): void {
    if (this.ring.length < this.limit) {
      this.ring.push(by);
      return;
    }
    this.ring[this.next]?.forgetOldest();
    this.ring[this.next] = by;
    this.next = (this.next + 1) % this.limit;
  }
}
