import type { Logger } from '../logger';
import type { EventBus, LogSource, SubscribeOptions, Subscription } from './event-bus';
import { failureListener } from './failure-listener';

/** The bus without a broker: every subscription is a tail of the log in PostgreSQL. */
export class PostgresBus implements EventBus {
  readonly description = 'PostgreSQL';
  readonly #tails = new Set<Subscription>();
  #closed = false;

  constructor(
    private readonly source: LogSource,
    private readonly logger: Logger,
  ) {}

  subscribe(options: SubscribeOptions): Subscription {
    if (this.#closed) throw new Error(`bus is closed: ${options.name} cannot subscribe`);
    const tail = this.source.subscribe({ ...options, onError: failureListener(options, this.logger) });
    this.#tails.add(tail);
    return {
      get position() {
        return tail.position;
      },
      stop: async () => {
        this.#tails.delete(tail);
        await tail.stop();
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#tails].map((tail) => tail.stop()));
    this.#tails.clear();
  }
}
