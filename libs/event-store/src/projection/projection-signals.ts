import type { Pool } from 'pg';
import { HighWater } from '../signals/high-water';
import { Pulse, type PulseBounds } from '../signals/pulse';
import { readCheckpoint } from './checkpoints';

/** How far each projection has come, whichever process runs it. */
export class ProjectionSignals {
  private readonly waters = new Map<string, HighWater>();
  private readonly pulse: Pulse;

  constructor(
    private readonly pool: Pool,
    bounds: PulseBounds,
  ) {
    this.pulse = new Pulse(() => this.look(), bounds);
  }

  raise(name: string, position: number): void {
    this.water(name).raise(position);
  }

  /** How far the projection is known to have come. */
  position(name: string): number {
    return this.water(name).position;
  }

  /** A notification's payload, `name:position`. */
  hear(payload: string): void {
    const colon = payload.lastIndexOf(':');
    this.waters.get(payload.slice(0, colon))?.raise(Number(payload.slice(colon + 1)));
  }

  /** @throws DeadlineError */
  async waitFor(name: string, position: number, timeoutMs: number): Promise<void> {
    const water = this.water(name);
    if (water.position >= position) return;
    const reached = water.reach(position, timeoutMs);
    this.pulse.start();
    this.pulse.quicken();
    // What was notified before we asked is in the table.
    this.look();
    await reached.finally(() => {
      if (![...this.waters.values()].some(({ awaited }) => awaited)) this.pulse.stop();
    });
  }

  stop(): void {
    this.pulse.stop();
    for (const water of this.waters.values()) water.stop();
  }

  private look(): void {
    for (const [name, water] of this.waters)
      if (water.awaited)
        readCheckpoint(this.pool, name)
          .then((checkpoint) => checkpoint && water.raise(checkpoint.position))
          .catch(() => undefined); // the pulse asks again
  }

  private water(name: string): HighWater {
    const known = this.waters.get(name) ?? new HighWater(`projection ${name}`);
    this.waters.set(name, known);
    return known;
  }
}
