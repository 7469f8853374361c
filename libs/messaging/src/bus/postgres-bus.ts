import { reasonOf, type Logger } from '../logger';
import type { EventBus, LogSource, LogSubscription, SubscribeOptions, Subscription } from './event-bus';

/** The bus without a broker: every subscription is a tail of the log in PostgreSQL. */
export class PostgresBus implements EventBus {
  readonly description = 'PostgreSQL';
  readonly #tails = new Set<LogSubscription>();
  #closed = false;

  constructor(
    private readonly source: LogSource,
    private readonly logger: Logger,
  ) {}

  subscribe(options: SubscribeOptions): Subscription {
    if (this.#closed) throw new Error(`bus is closed: ${options.name} cannot subscribe`);
    const tail = this.source.subscribe({
      ...options,
      onError: (error) =>
        this.logger.warn(
          { subscription: options.name, error: reasonOf(error) },
          'batch failed, trying again',
        ),
    });
    this.#tails.add(tail);
    return {
      position: () => tail.position,
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
