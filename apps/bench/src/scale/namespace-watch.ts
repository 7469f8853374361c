import { setMaxListeners } from 'node:events';
import type { KubeObject } from '@keelson/domain';
import type { Access } from '../clusters/access';
import { BareClient } from '../clusters/bare-client';
import { collectionsOf, PREFIX } from './workload';

interface Waiting {
  readonly done: () => boolean;
  readonly resolve: (at: number) => void;
  readonly reject: (error: Error) => void;
}

/** What is looked at of a ConfigMap or a Deployment. */
export type Watched = KubeObject & {
  readonly metadata: { readonly generation?: number };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
  };
};

interface Event {
  readonly type: string;
  readonly object: Watched;
}

/** Workloads that were seen to be as somebody asked. */
interface Survey {
  readonly is: (object: Watched) => boolean;
  readonly found: Set<string>;
}

/** The judge of both contestants: what is in one namespace of every cluster, by watches of its own. */
export class NamespaceWatch {
  private readonly present = new Set<string>();
  private readonly observed = new Set<string>();
  private readonly stopped = new AbortController();
  private readonly watches: Promise<void>[] = [];
  private waiting: Waiting | undefined;
  private survey: Survey | undefined;
  private broken: Error | undefined;

  private constructor(private readonly client: BareClient) {
    // One listener for each watch, as intended.
    setMaxListeners(0, this.stopped.signal);
  }

  static async open(clusters: readonly Access[], namespace: string): Promise<NamespaceWatch> {
    const watch = new NamespaceWatch(new BareClient(clusters));
    const paths = collectionsOf(namespace);
    await Promise.all(clusters.flatMap((cluster) => paths.map((path) => watch.follow(cluster, path))));
    return watch;
  }

  /** When so many objects, over all clusters, were there; by `performance.now`. */
  there(objects: number, signal: AbortSignal): Promise<number> {
    return this.wait(() => this.present.size >= objects, signal);
  }

  /** When their controllers had seen so many workloads as they are. */
  seen(workloads: number, signal: AbortSignal): Promise<number> {
    return this.wait(() => this.observed.size >= workloads, signal);
  }

  /** When so many objects have been as `is` says, each at some time from now on. */
  each(objects: number, is: Survey['is'], signal: AbortSignal): Promise<number> {
    const survey = { is, found: new Set<string>() };
    this.survey = survey;
    return this.wait(() => survey.found.size >= objects, signal).finally(() => (this.survey = undefined));
  }

  gone(signal: AbortSignal): Promise<number> {
    return this.wait(() => this.present.size === 0, signal);
  }

  async close(): Promise<void> {
    this.stopped.abort();
    await Promise.all(this.watches);
    await this.client.close();
  }

  private async wait(done: () => boolean, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    if (this.broken) throw this.broken;
    if (done()) return performance.now();
    return new Promise<number>((resolve, reject) => {
      const counts = () =>
        `${this.present.size} objects are there, ${this.observed.size} workloads seen, ` +
        `${this.survey?.found.size ?? 'none'} as asked`;
      signal.addEventListener('abort', () => reject(new Error(counts(), { cause: signal.reason })), {
        once: true,
      });
      this.waiting = { done, resolve, reject };
    }).finally(() => (this.waiting = undefined));
  }

  private async follow(cluster: Access, path: string): Promise<void> {
    const lines = await this.client.watch(cluster, path, this.stopped.signal);
    const broken = (cause?: unknown): void => {
      this.broken = new Error(`a watch of ${cluster.name} broke`, { cause });
      this.waiting?.reject(this.broken);
    };
    this.watches.push(this.read(cluster.name, lines).then(() => broken(), broken));
  }

  private async read(cluster: string, lines: AsyncIterable<string>): Promise<void> {
    for await (const line of lines) {
      const { type, object } = JSON.parse(line) as Event;
      const { kind, metadata, status } = object;
      if (!metadata.name.startsWith(PREFIX)) continue;
      const key = `${cluster} ${kind} ${metadata.name}`;
      if (type === 'DELETED') {
        this.present.delete(key);
        this.observed.delete(key);
      } else {
        this.present.add(key);
        if (status?.observedGeneration === metadata.generation && metadata.generation) this.observed.add(key);
        if (this.survey?.is(object)) this.survey.found.add(key);
      }
      if (this.waiting?.done()) this.waiting.resolve(performance.now());
    }
  }
}
