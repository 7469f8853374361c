import type { KubeObject, Share } from '@keelson/domain';
import { childrenOf, drive, type BatchProgress } from '@keelson/k8s';
import type { Body } from '../contract/kubernetes/body';
import type { ContractContext } from '../contract/kubernetes/context';
import { until } from '../contract/kubernetes/until';

const COLLECTIONS: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  ReplicaSet: 'replicasets',
  ControllerRevision: 'controllerrevisions',
  Pod: 'pods',
};

/** One workload in a cluster, and whoever drives it by what he reads there: no memory, no watch. */
export class DrivenWorkload {
  /** The fewest Ready pods that were seen since it was installed. */
  leastReady = Infinity;

  constructor(
    private readonly context: ContractContext,
    private readonly namespace: string,
    private readonly kind: 'Deployment' | 'StatefulSet',
    private readonly name: string,
  ) {}

  /** The workload as a user writes it. */
  plan(image: string, spec: Record<string, unknown>): KubeObject {
    return {
      apiVersion: 'apps/v1',
      kind: this.kind,
      metadata: { name: this.name, namespace: this.namespace },
      spec: {
        selector: { matchLabels: { app: this.name } },
        ...(this.kind === 'StatefulSet' ? { serviceName: this.name } : {}),
        template: {
          metadata: { labels: { app: this.name } },
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [{ name: 'main', image: `registry.example/${image}` }],
          },
        },
        ...spec,
      },
    };
  }

  async install(planned: KubeObject): Promise<void> {
    await this.reach(planned, '100%');
    this.leastReady = await this.ready();
  }

  /** Steps until the batch is reached. */
  reach(planned: KubeObject, share: Share): Promise<BatchProgress> {
    return this.follow(planned, share, ({ reached }) => reached);
  }

  /** Steps until the progress is so. */
  async follow(
    planned: KubeObject,
    share: Share,
    isThere: (progress: BatchProgress) => boolean,
  ): Promise<BatchProgress> {
    return until(`${this.kind} ${this.name} at ${share}`, () => this.step(planned, share), isThere, 120_000);
  }

  async live(): Promise<KubeObject> {
    return (await this.context.client.get(this.path(this.kind, this.name))).body as KubeObject;
  }

  /** Ready and not on its way out, by image. */
  async readyBy(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const pod of await this.list('Pod')) {
      const isReady = pod.status?.conditions?.some(
        (condition: Body) => condition.type === 'Ready' && condition.status === 'True',
      );
      if (!isReady || pod.metadata.deletionTimestamp) continue;
      const image = (pod.spec.containers[0].image as string).replace('registry.example/', '');
      counts[image] = (counts[image] ?? 0) + 1;
    }
    return counts;
  }

  private async step(planned: KubeObject, share: Share): Promise<BatchProgress> {
    const { client } = this.context;
    this.leastReady = Math.min(this.leastReady, await this.ready());
    const answer = await client.get(this.path(this.kind, this.name));
    const live = answer.status === 200 ? (answer.body as KubeObject) : undefined;
    const target = { share, update: 'Recreate' } as const;
    const all = { explain: true, liveOf: () => live };
    const [watched = []] = childrenOf([planned], target, this.namespace, all).collections.values();
    const children = (await Promise.all(watched.map(({ kind }) => this.list(kind)))).flat() as KubeObject[];
    const driven = drive([planned], target, () => ({ live, children }));
    if (driven === 'unknown' || !driven.progress) throw new Error('a workload that is seen has progress');
    const [object] = driven.objects;
    const applied = await client.apply(this.path(this.kind, this.name), object, {
      manager: 'keelson',
      force: true,
    });
    if (applied.status > 201) throw new Error(`not applied: ${JSON.stringify(applied.body)}`);
    for (const { ref, uid, resourceVersion } of driven.removals) {
      await client.delete(this.path(ref.kind, ref.name), { preconditions: { uid, resourceVersion } });
    }
    return driven.progress;
  }

  private async ready(): Promise<number> {
    return Object.values(await this.readyBy()).reduce((sum, count) => sum + count, 0);
  }

  /** The items of a list do not say what they are. */
  private async list(kind: string): Promise<Body[]> {
    const { body } = await this.context.client.get(`${this.path(kind)}?labelSelector=app%3D${this.name}`);
    const apiVersion = kind === 'Pod' ? 'v1' : 'apps/v1';
    return body.items.map((item: Body) => ({ ...item, apiVersion, kind }));
  }

  private path(kind: string, name?: string): string {
    const group = kind === 'Pod' ? '/api/v1' : '/apis/apps/v1';
    return `${group}/namespaces/${this.namespace}/${COLLECTIONS[kind]}${name === undefined ? '' : `/${name}`}`;
  }
}
