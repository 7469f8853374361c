/** Bounds of a poll's interval in milliseconds. */
export interface PulseBounds {
  readonly min: number;
  /** Asked anew at each beat: the ceiling is low while notifications do not arrive. */
  readonly max: () => number;
}

/** Polls find only what a lost wake-up left, so they slow down while nothing happens. */
export const pollBounds = (listening: () => boolean): PulseBounds => ({
  min: 25,
  max: () => (listening() ? 1_000 : 50),
});

/** Calls `beat` at intervals that double while nothing happens and start small again after `quicken`. */
export class Pulse {
  private interval: number;
  private timer: NodeJS.Timeout | undefined;
  private running = false;

  constructor(
    private readonly beat: () => void,
    private readonly bounds: PulseBounds,
  ) {
    this.interval = bounds.min;
  }

  start(): void {
    this.running = true;
    this.schedule();
  }

  quicken(): void {
    if (this.interval === this.bounds.min) return;
    this.interval = this.bounds.min;
    if (this.running) this.schedule();
  }

  stop(): void {
    this.running = false;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.interval = Math.min(this.interval * 2, this.bounds.max());
      this.schedule();
      this.beat();
    }, this.interval);
    this.timer.unref();
  }
}
