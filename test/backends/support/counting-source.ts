import type { LogSource, LogSubscribeOptions, LogSubscription, RecordedEvent } from '@keelson/messaging';

/** The log, with a count of what is asked of it. */
export class CountingSource implements LogSource {
  /** Calls of read(). */
  reads = 0;
  /** Tails that run now, the forwarder's own left out. */
  tails = 0;

  constructor(private readonly source: LogSource) {}

  head(): Promise<{ readonly position: number }> {
    return this.source.head();
  }

  read(filter: { after: number; limit: number }): Promise<readonly RecordedEvent[]> {
    this.reads++;
    return this.source.read(filter);
  }

  subscribe(options: LogSubscribeOptions): LogSubscription {
    const tail = this.source.subscribe(options);
    if (options.name === 'kafka-forwarder') return tail;
    this.tails++;
    return {
      get position() {
        return tail.position;
      },
      stop: async () => {
        await tail.stop();
        this.tails--;
      },
    };
  }
}
