import type { TestCluster } from './support/fleet';
import { imagesOf } from './support/real-keelson';

/**
 * What stands behind one Service of a real cluster, as two watches tell it: the fewest Ready pods that it selected at any
 * event, and every selector that it had.
 */
export class ServiceWitness {
  private readonly stopping = new AbortController();
  private readonly pods = new Map<string, any>();
  private selector: Record<string, string> | undefined;
  private fewest = Infinity;
  private readonly selectors: string[] = [];
  private watching: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly cluster: TestCluster,
    private readonly namespace: string,
    private readonly service: string,
  ) {}

  async start(): Promise<void> {
    const base = `/api/v1/namespaces/${this.namespace}`;
    const one = `fieldSelector=metadata.name%3D${this.service}`;
    const { client } = this.cluster;
    const [pods, services] = await Promise.all([
      client.must('GET', `${base}/pods`),
      client.must('GET', `${base}/services?${one}`),
    ]);
    for (const pod of pods.items) this.pods.set(pod.metadata.uid, pod);
    for (const service of services.items) this.sawService(service);
    this.count();
    this.watching = Promise.all([
      this.follow(`${base}/pods?watch=true&resourceVersion=${pods.metadata.resourceVersion}`, (type, pod) => {
        if (type === 'DELETED') this.pods.delete(pod.metadata.uid);
        else this.pods.set(pod.metadata.uid, pod);
      }),
      this.follow(
        `${base}/services?watch=true&${one}&resourceVersion=${services.metadata.resourceVersion}`,
        (_, service) => this.sawService(service),
      ),
    ]);
  }

  /** Ready pods behind the Service, by image. */
  served(): Record<string, number> {
    return imagesOf(this.selected());
  }

  /** Begins to count anew, from what there is now. */
  reset(): void {
    this.fewest = Infinity;
    this.selectors.length = 0;
    this.count();
  }

  /** Since the last reset: the fewest Ready pods, and the selectors that the Service went to. */
  get seen(): { fewest: number; switches: number } {
    return { fewest: this.fewest, switches: this.selectors.length };
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.watching;
  }

  private async follow(path: string, saw: (type: string, object: any) => void): Promise<void> {
    try {
      for await (const { type, object } of this.cluster.client.watch(path, this.stopping.signal)) {
        saw(type, object);
        this.count();
      }
    } catch (error) {
      if (!this.stopping.signal.aborted) throw error;
    }
  }

  private sawService({ spec }: any): void {
    const before = this.selector && JSON.stringify(this.selector);
    this.selector = spec.selector;
    if (before !== undefined && JSON.stringify(spec.selector) !== before) this.selectors.push(before);
  }

  private count(): void {
    if (this.selector) this.fewest = Math.min(this.fewest, this.selected().length);
  }

  private selected(): any[] {
    const wanted = Object.entries(this.selector ?? {});
    return [...this.pods.values()].filter(
      ({ metadata, status }) =>
        !metadata.deletionTimestamp &&
        wanted.length > 0 &&
        wanted.every(([key, value]) => metadata.labels?.[key] === value) &&
        status?.conditions?.some((each: any) => each.type === 'Ready' && each.status === 'True'),
    );
  }
}
