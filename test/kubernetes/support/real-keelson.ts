import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { startTestServer } from '../../support/database';
import { startKeelson, type Keelson } from '../../support/keelson';
import { until } from '../../support/until';
import { dropNamespace, freshNamespace, realClusters, type TestCluster } from './fleet';

interface Options {
  /** Keelson makes the namespace: until then it is a name that nothing has. */
  readonly keelsonMakesNamespace?: boolean;
  /** What the cluster is registered with; its own, which may do everything, unless it is said. */
  readonly kubeconfig?: (cluster: TestCluster, namespace: string) => Promise<string>;
  /** How long a run may take to come to a phase. */
  readonly phaseMs?: number;
  /** How long a batch may take, and pods to become what they shall be; as long as a phase unless it is said. */
  readonly batchMs?: number;
}

/** Keelson on a database of its own, with one real cluster registered and a namespace in it to work with. */
export class RealKeelson {
  private readonly phaseMs: number;
  private readonly batchMs: number;

  private constructor(
    readonly keelson: Keelson,
    readonly cluster: TestCluster,
    /** As it is registered. */
    readonly clusterName: string,
    readonly namespace: string,
    private readonly started: (() => Promise<void>)[],
    { phaseMs = 90_000, batchMs = phaseMs }: Options,
  ) {
    this.phaseMs = phaseMs;
    this.batchMs = batchMs;
  }

  /** Leaves nothing behind when a part fails to start. */
  static async start(prefix: string, options: Options = {}): Promise<RealKeelson> {
    const started: (() => Promise<void>)[] = [];
    try {
      const [cluster] = (await realClusters(1)) as [TestCluster];
      started.push(() => cluster.close());
      const clusterName = `${prefix}-${randomBytes(3).toString('hex')}`;
      const namespace = options.keelsonMakesNamespace ? clusterName : await freshNamespace(cluster, prefix);
      started.push(() => dropNamespace(cluster, namespace));
      const kubeconfig = (await options.kubeconfig?.(cluster, namespace)) ?? cluster.kubeconfig;
      const database = await startTestServer();
      started.push(() => database.stop());
      const keelson = await startKeelson(database);
      started.push(() => keelson.stop());
      await keelson.must('PUT', `/v1/clusters/${clusterName}`, { labels: {}, connection: { kubeconfig } });
      return new RealKeelson(keelson, cluster, clusterName, namespace, started, options);
    } catch (error) {
      await stopAll(started);
      throw error;
    }
  }

  stop(): Promise<void> {
    return stopAll(this.started);
  }

  /** Places an application on the cluster, in the namespace unless `more` names another one. */
  define(app: string, manifests: readonly object[], more: object = {}): Promise<unknown> {
    const placement = { clusterNames: [this.clusterName] };
    const body = { namespace: this.namespace, manifests, placement, ...more };
    return this.keelson.must('PUT', `/v1/applications/${app}`, body);
  }

  /** The id of the run that it starts. */
  async release(app: string, version: string, more: object = {}): Promise<string> {
    const path = `/v1/applications/${app}/releases`;
    return (await this.keelson.must('POST', path, { version, ...more })).run.id;
  }

  promote(run: string): Promise<unknown> {
    return this.keelson.must('POST', `/v1/runs/${run}/actions`, { action: 'promote' });
  }

  run(id: string): Promise<any> {
    return this.keelson.must('GET', `/v1/runs/${id}`);
  }

  /** A pause that is not wanted does not end by waiting: it fails at once, with what the run says of it. */
  phase(run: string, wanted: string): Promise<unknown> {
    const look = async (): Promise<boolean> => {
      const seen = await this.run(run);
      if (seen.phase === 'Paused' && wanted !== 'Paused') throw new Error(JSON.stringify(seen));
      return seen.phase === wanted;
    };
    return until(`${run} is ${wanted}`, look, this.phaseMs);
  }

  reached(run: string, batch = 0): Promise<unknown> {
    const look = async (): Promise<boolean> => {
      const { items } = await this.keelson.must('GET', `/v1/runs/${run}/events`);
      return items.some(({ type, data }: any) => type === 'BatchReached' && data.batch === batch);
    };
    return until(`${run} reaches batch ${batch}`, look, this.batchMs);
  }

  /** Those of the label `app` that are not being deleted. */
  async pods(app: string): Promise<any[]> {
    const path = `/api/v1/namespaces/${this.namespace}/pods?labelSelector=app%3D${app}`;
    const { items } = await this.cluster.client.must('GET', path);
    return items.filter(({ metadata }: any) => !metadata.deletionTimestamp);
  }

  /** How many pods run each image. */
  async images(app: string): Promise<Record<string, number>> {
    return imagesOf(await this.pods(app));
  }

  /** Waits until these images run in so many pods, and no others. */
  runs(app: string, wanted: Record<string, number>): Promise<unknown> {
    const look = async (): Promise<boolean> => isDeepStrictEqual(await this.images(app), wanted);
    return until(`${app} runs ${JSON.stringify(wanted)}`, look, this.batchMs);
  }
}

/** Pods by the image of their first container. */
export const imagesOf = (pods: readonly any[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { spec } of pods) {
    const { image } = spec.containers[0];
    counts[image] = (counts[image] ?? 0) + 1;
  }
  return counts;
};

/** The last one started first, and each of them even when another one fails to stop. */
const stopAll = async (started: (() => Promise<void>)[]): Promise<void> => {
  const last = started.pop();
  if (!last) return;
  try {
    await last();
  } finally {
    await stopAll(started);
  }
};
