import { type Body } from './body';
import { type Answer } from './client';
import { type ContractContext } from './context';
import { until } from './until';

/** What the Deployment suites share: reading a rollout from the outside. */
export class Rollouts {
  constructor(
    private readonly context: ContractContext,
    readonly namespace: string,
  ) {}

  path(name: string): string {
    return `/apis/apps/v1/namespaces/${this.namespace}/deployments/${name}`;
  }

  get setsPath(): string {
    return `/apis/apps/v1/namespaces/${this.namespace}/replicasets`;
  }

  /** Waits for the Deployment's status, read only once it is of the current generation. */
  async settled(name: string, what: string, isThere: (status: Body) => boolean): Promise<Body> {
    const { body } = await until(
      `${name}: ${what}`,
      () => this.context.client.get(this.path(name)),
      ({ body: { metadata, status } }: Answer) =>
        status?.observedGeneration === metadata.generation && isThere(status),
    );
    return body;
  }

  complete(name: string, replicas: number): Promise<Body> {
    return this.settled(
      name,
      `${replicas} new and available`,
      (status) =>
        (status.replicas ?? 0) === replicas &&
        (status.updatedReplicas ?? 0) === replicas &&
        (status.availableReplicas ?? 0) === replicas,
    );
  }

  async listSets(name: string): Promise<Body[]> {
    return (await this.context.client.get(`${this.setsPath}?labelSelector=app%3D${name}`)).body.items;
  }

  /** ReplicaSets of a Deployment by revision, as `{replicas, ready}`. */
  async sets(name: string): Promise<Record<string, { replicas: number; ready: number }>> {
    return Object.fromEntries(
      (await this.listSets(name)).map((set) => [
        set.metadata.annotations['deployment.kubernetes.io/revision'],
        { replicas: set.spec.replicas, ready: set.status.readyReplicas ?? 0 },
      ]),
    );
  }

  /** Waits until the ReplicaSets want and have exactly these pods, by revision. */
  async hold(name: string, expected: Record<string, number>): Promise<void> {
    const wanted = Object.fromEntries(
      Object.entries(expected).map(([revision, count]) => [revision, { replicas: count, ready: count }]),
    );
    await until(
      `${name} to stand at ${JSON.stringify(expected)}`,
      () => this.sets(name),
      (sets) => JSON.stringify(sets) === JSON.stringify(wanted),
    );
  }

  async pods(name: string): Promise<Body[]> {
    const path = `/api/v1/namespaces/${this.namespace}/pods?labelSelector=app%3D${name}`;
    const { body } = await this.context.client.get(path);
    return body.items.filter((pod: Body) => !pod.metadata.deletionTimestamp);
  }
}
