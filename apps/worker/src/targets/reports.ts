import type { Observed } from './recorder';
import type { TargetHost } from './target-host';

/**
 * What was seen of one target and is not in the log yet, in order. A cluster is acted on first and told of afterwards:
 * waiting for the log in between made the next correction wait for it too. What a database that is away does not take
 * stays here; what a process that is killed had here is seen again by the next, or was put right already.
 */
export class Reports {
  /** The log has everything that was told up to here; a read model that is behind it knows less than we do. */
  position = 0;
  private readonly waiting: Observed[] = [];
  private recording: Promise<void> | undefined;

  constructor(
    private readonly host: TargetHost,
    private readonly application: string,
  ) {}

  /** Everything that was told is in the log. */
  get recorded(): boolean {
    return this.waiting.length === 0;
  }

  tell(...observed: Observed[]): void {
    this.waiting.push(...observed);
    this.flush();
  }

  /** Tries again to record what could not be recorded. */
  flush(): void {
    if (this.waiting.length > 0) this.recording ??= this.record();
  }

  /** Resolves when nothing is under way any more. */
  async ended(): Promise<void> {
    await this.recording;
  }

  private async record(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        // What is told in one go goes into one append.
        await Promise.resolve();
        const batch = [...this.waiting];
        const { cluster, recorder } = this.host;
        this.position = Math.max(this.position, await recorder.record(this.application, cluster, ...batch));
        this.waiting.splice(0, batch.length);
      }
    } catch (error) {
      this.host.stumbled(this.application, error);
    }
    this.recording = undefined;
  }
}
