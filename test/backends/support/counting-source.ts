import type { LogSource, RecordedEvent, SubscribeOptions, Subscription } from '@keelson/messaging';

/** The log, with a count of what is asked of it. */
export class CountingSource implements LogSource {
  /** Calls of read(). */
  reads = 0;
  /** Calls of head() that were answered; the end of each hand-over to Kafka begins with one. */
  heads = 0;
  /** Tails that have not been told to stop, the forwarder's own left out. */
  tails = 0;

  constructor(private readonly source: LogSource) {}

  async head(): Promise<{ readonly position: number }> {
    const head = await this.source.head();
    this.heads++;
    return head;
  }

  read(filter: { after: number; limit: number }): Promise<readonly RecordedEvent[]> {
    this.reads++;
    return this.source.read(filter);
  }

  upcast(event: RecordedEvent): RecordedEvent {
    return this.source.upcast(event);
  }

  subscribe(options: SubscribeOptions): Subscription {
    const tail = this.source.subscribe(options);
    if (options.name === 'kafka-forwarder') return tail;
    this.tails++;
    return {
      get position() {
        return tail.position;
      },
      stop: async () => {
        this.tails--;
        await tail.stop();
      },
    };
  }
}
