import { reasonOf, type Logger } from '../../logger';

/** Says once that the brokers are away, and once that they are back, however many parts notice it. */
export class BrokerHealth {
  readonly #without = new Set<object>();

  constructor(
    private readonly brokers: string,
    private readonly logger: Logger,
  ) {}

  lost(part: object, error: unknown): void {
    const first = this.#without.size === 0;
    this.#without.add(part);
    if (!first) return;
    const fields = { brokers: this.brokers, error: reasonOf(error) };
    this.logger.warn(fields, 'Kafka is away: reading the log from PostgreSQL');
  }

  back(part: object): void {
    if (!this.#without.delete(part) || this.#without.size > 0) return;
    this.logger.info({ brokers: this.brokers }, 'Kafka is back');
  }

  /** A part that stops has no say any more. */
  forget(part: object): void {
    this.#without.delete(part);
  }
}
