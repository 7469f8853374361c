import { runDecider, runStream, type Run, type RunEvent, type RunState } from '@keelson/domain';
import type { EventStore, RecordedEvent } from '@keelson/event-store';

/** Follows the log from its beginning, so that a test waits for what happens instead of asking again and again. */
export class Witness {
  readonly events: RecordedEvent[] = [];
  private readonly runs = new Map<string, RunState>();
  private readonly waiting = new Set<() => void>();
  private readonly subscription: { stop(): Promise<void> };

  constructor(store: EventStore) {
    this.subscription = store.log.subscribe({
      name: 'faults-witness',
      after: 0,
      onBatch: async (events) => {
        for (const event of events) this.see(event);
        for (const look of [...this.waiting]) look();
        await Promise.resolve();
      },
    });
  }

  get position(): number {
    return this.events.at(-1)?.position ?? 0;
  }

  run(id: string): Run {
    const state = this.runs.get(id);
    if (!state?.exists) throw new Error(`the log has no run ${id} yet`);
    return state;
  }

  get runIds(): string[] {
    return [...this.runs.keys()];
  }

  /** Events of one stream; in its order, because the log keeps it. */
  stream(name: string): RecordedEvent[] {
    return this.events.filter(({ stream }) => stream === name);
  }

  /** True as soon as the condition holds of what the log says; false when it does not within so many milliseconds. */
  async sees(condition: () => boolean, withinMs: number): Promise<boolean> {
    if (condition()) return true;
    return new Promise((resolve) => {
      const end = (seen: boolean): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve(seen);
      };
      const look = (): void => {
        if (condition()) end(true);
      };
      const timer = setTimeout(() => end(false), withinMs);
      this.waiting.add(look);
    });
  }

  stop(): Promise<void> {
    return this.subscription.stop();
  }

  private see(event: RecordedEvent): void {
    this.events.push(event);
    const { run } = event.data as { run?: unknown };
    if (typeof run !== 'string' || event.stream !== runStream(run)) return;
    this.runs.set(
      run,
      runDecider.evolve(this.runs.get(run) ?? runDecider.initial, event as unknown as RunEvent),
    );
  }
}
