import { type Readable } from 'node:stream';
import { type Body } from './body';

export interface WatchEvent {
  readonly type: string;
  readonly object: Body;
}

const DEADLINE_MS = 30_000;

/** The events of one watch, in order. */
export class WatchStream {
  /** Everything that has come so far. */
  readonly events: WatchEvent[] = [];
  private taken = 0;
  private ended = false;
  private wake: () => void = () => undefined;

  constructor(
    readonly status: number,
    private readonly body: Readable,
  ) {
    let rest = '';
    body.setEncoding('utf8');
    body.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line) this.events.push(JSON.parse(line) as WatchEvent);
      this.wake();
    });
    const end = () => {
      this.ended = true;
      this.wake();
    };
    // Closing it ourselves raises an error too; either way it has ended.
    body.on('end', end).on('close', end).on('error', end);
  }

  /** The next event; bookmarks are not skipped. */
  async next(): Promise<WatchEvent> {
    await this.wait('another event', () => this.events.length > this.taken);
    return this.events[this.taken++] as WatchEvent;
  }

  /** The next so many events as `TYPE name`. */
  async take(count: number): Promise<string[]> {
    const taken: string[] = [];
    while (taken.length < count) {
      const { type, object } = await this.next();
      taken.push(`${type} ${object.metadata.name}`);
    }
    return taken;
  }

  /** Every event until the server ends the watch. */
  async drain(): Promise<readonly WatchEvent[]> {
    await this.wait('the end of the watch', () => this.ended);
    return this.events;
  }

  close(): void {
    this.body.destroy();
  }

  private async wait(what: string, isThere: () => boolean): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!isThere()) {
      const left = deadline - Date.now();
      if (this.ended || left <= 0) throw new Error(`waited for ${what}; had ${JSON.stringify(this.events)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
