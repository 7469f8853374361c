import { setMaxListeners } from 'node:events';
import type { Access } from './clusters/access';
import { BareClient } from './clusters/bare-client';
import { hasConverged, type Deployment } from './has-converged';

interface Waiting {
  readonly namespace: string;
  readonly image: string;
  readonly missing: Set<string>;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

/**
 * The judge of both contestants: one watch on the Deployments of every cluster, opened before the clock starts.
 */
export class FleetWatch {
  private readonly client: BareClient;
  private readonly stopped = new AbortController();
  private readonly watches: Promise<void>[] = [];
  private waiting: Waiting | undefined;

  private constructor(private readonly clusters: readonly Access[]) {
    this.client = new BareClient(clusters);
    // One listener for each watch, as intended.
    setMaxListeners(0, this.stopped.signal);
  }

  static async open(clusters: readonly Access[]): Promise<FleetWatch> {
    const watch = new FleetWatch(clusters);
    await Promise.all(clusters.map((cluster) => watch.follow(cluster)));
    return watch;
  }

  /** Resolves when the Deployment of the namespace has converged to the image in every cluster. */
  async converged(namespace: string, image: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const missing = new Set(this.clusters.map(({ name }) => name));
      signal.addEventListener('abort', () => reject(gaveUp(signal, missing)), { once: true });
      this.waiting = { namespace, image, missing, done: resolve, failed: reject };
    }).finally(() => (this.waiting = undefined));
  }

  async close(): Promise<void> {
    this.stopped.abort();
    await Promise.all(this.watches);
    await this.client.close();
  }

  private async follow(cluster: Access): Promise<void> {
    const { name } = cluster;
    const lines = await this.client.watch(cluster, '/apis/apps/v1/deployments', this.stopped.signal);
    const broken = (cause: unknown): void =>
      this.waiting?.failed(new Error(`the watch of ${name} broke`, { cause }));
    this.watches.push(this.read(name, lines).then(() => broken('it was ended'), broken));
  }

  private async read(cluster: string, lines: AsyncIterable<string>): Promise<void> {
    for await (const line of lines) {
      const { object } = JSON.parse(line) as { object: Deployment };
      const { waiting } = this;
      if (waiting?.namespace !== object.metadata.namespace || !hasConverged(object, waiting.image)) continue;
      waiting.missing.delete(cluster);
      if (waiting.missing.size === 0) waiting.done();
    }
  }
}

const gaveUp = (signal: AbortSignal, missing: ReadonlySet<string>): Error => {
  const [first, ...more] = missing;
  return new Error(`${first} and ${more.length} more clusters have not converged`, { cause: signal.reason });
};
