import { linesOf } from '@keelson/demo';
import type { ClusterClient } from '@keelson/k8s';
import { isRight, pathOf, type WatchedSettings } from './settings';

/** Milliseconds until an object that was spoiled was right again. */
export interface Spoiled {
  readonly sinceRequest: number;
  /** Since a watch showed that it was wrong: without what the API server took to spoil it. */
  readonly sinceSeen: number;
}

interface Waiting {
  readonly name: string;
  /** By `performance.now`. */
  wrongAt: number | undefined;
  readonly done: (wrongAt: number) => void;
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

  /** From the moment that `spoil` is called until the object has been wrong and is right again. */
  async timeToRight(name: string, spoil: () => Promise<unknown>, signal: AbortSignal): Promise<Spoiled> {
    signal.throwIfAborted();
    const started = performance.now();
    const right = new Promise<Spoiled>((resolve, reject) => {
      const failed = (cause: unknown): void =>
        reject(new Error(`${name} in ${this.namespace} was not put right`, { cause }));
      signal.addEventListener('abort', () => failed(signal.reason), { once: true });
      const done = (wrongAt: number): void => {
        const now = performance.now();
        resolve({ sinceRequest: now - started, sinceSeen: now - wrongAt });
      };
      this.waiting = { name, wrongAt: undefined, done, failed };
    });
    const [spoiled] = await Promise.all([right, spoil()]).finally(() => (this.waiting = undefined));
    return spoiled;
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
      if (!isRight(event)) waiting.wrongAt ??= performance.now();
      else if (waiting.wrongAt !== undefined) waiting.done(waiting.wrongAt);
    }
  }
}
