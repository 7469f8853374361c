import { linesOf } from '@keelson/demo';
import type { ClusterClient } from '@keelson/k8s';
import { isRight, pathOf, type WatchedSettings } from './settings';

interface Waiting {
  readonly name: string;
  wrong: boolean;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

/** Sees by a watch of its own when an object is wrong, and when it is right again. */
export class Judge {
  private readonly stopped = new AbortController();
  private reading: Promise<void> = Promise.resolve();
  private waiting: Waiting | undefined;

  private constructor(private readonly namespace: string) {}

  static async open(client: ClusterClient, namespace: string): Promise<Judge> {
    const judge = new Judge(namespace);
    const path = pathOf(namespace);
    const list = await client.request<{ metadata: { resourceVersion: string } }>('GET', path);
    const query = { resourceVersion: list.metadata.resourceVersion, timeoutSeconds: 3_600, watch: true };
    const chunks = await client.stream(path, query, judge.stopped.signal);
    const broken = (cause: unknown): void =>
      judge.waiting?.failed(new Error(`the watch of ${namespace} broke`, { cause }));
    judge.reading = judge.read(chunks).then(() => broken('it was ended'), broken);
    return judge;
  }

  /** Milliseconds from the moment that `spoil` is called until the object has been wrong and is right again. */
  async timeToRight(name: string, spoil: () => Promise<unknown>, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    const started = performance.now();
    let finished = started;
    const right = new Promise<void>((resolve, reject) => {
      const failed = (cause: unknown): void =>
        reject(new Error(`${name} in ${this.namespace} was not put right`, { cause }));
      signal.addEventListener('abort', () => failed(signal.reason), { once: true });
      const done = (): void => {
        finished = performance.now();
        resolve();
      };
      this.waiting = { name, wrong: false, done, failed };
    });
    await Promise.all([right, spoil()]).finally(() => (this.waiting = undefined));
    return finished - started;
  }

  async close(): Promise<void> {
    this.stopped.abort();
    await this.reading;
  }

  private async read(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const line of linesOf(chunks)) {
      const event = JSON.parse(line) as WatchedSettings;
      const { waiting } = this;
      if (waiting?.name !== event.object.metadata.name) continue;
      if (!isRight(event)) waiting.wrong = true;
      else if (waiting.wrong) waiting.done();
    }
  }
}
