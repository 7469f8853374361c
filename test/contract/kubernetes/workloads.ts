import { type Body } from './body';
import { type Answer, STRATEGIC } from './client';
import { type ContractContext } from './context';
import { type Images, podTemplate } from './objects';
import { until } from './until';

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CloneSet';

export const REVISION_LABEL = 'controller-revision-hash';

/** Workloads of one kind in one namespace, read and changed as a driver does; pods are found by the label `app`. */
export class Workloads {
  constructor(
    private readonly context: ContractContext,
    readonly namespace: string,
    private readonly kind: WorkloadKind,
  ) {}

  private get apiVersion(): string {
    return this.kind === 'CloneSet' ? 'apps.kruise.io/v1alpha1' : 'apps/v1';
  }

  path(name: string): string {
    return `/apis/${this.apiVersion}/namespaces/${this.namespace}/${this.kind.toLowerCase()}s/${name}`;
  }

  /** Server-side apply of the whole workload, under a manager of its own. */
  async apply(name: string, images: Images, spec: object): Promise<Body> {
    const object = {
      apiVersion: this.apiVersion,
      kind: this.kind,
      metadata: { name },
      spec: { selector: { matchLabels: { app: name } }, template: podTemplate(name, images), ...spec },
    };
    const { status, body } = await this.context.client.apply(this.path(name), object);
    if (status >= 300) throw new Error(`${this.kind} ${name}: ${JSON.stringify(body)}`);
    return body;
  }

  async get(name: string): Promise<Body> {
    return (await this.context.client.get(this.path(name))).body;
  }

  /** Waits for the status, read only once it is of the current generation. */
  async settled(name: string, what: string, isThere: (status: Body) => boolean): Promise<Body> {
    const { body } = await until(
      `${name}: ${what}`,
      () => this.context.client.get(this.path(name)),
      ({ body: { metadata, status } }: Answer) =>
        status?.observedGeneration === metadata.generation && isThere(status),
    );
    return body;
  }

  /** Waits until the status says exactly this; a field that is wanted as 0 may be absent. */
  counted(name: string, counts: Record<string, number | string>): Promise<Body> {
    return this.settled(name, `at ${JSON.stringify(counts)}`, (status) =>
      Object.entries(counts).every(([field, count]) => (status[field] ?? 0) === count),
    );
  }

  private async list(path: string): Promise<Body[]> {
    return (await this.context.client.get(path)).body.items;
  }

  /** Pods that are not on their way out, in name order. */
  async pods(name: string): Promise<Body[]> {
    const pods = await this.list(`/api/v1/namespaces/${this.namespace}/pods?labelSelector=app%3D${name}`);
    return pods.filter((pod) => !pod.metadata.deletionTimestamp);
  }

  /** Waits for pods of which all (or `count` of them) are so. */
  podsWhere(name: string, what: string, isSo: (pods: Body[]) => boolean): Promise<Body[]> {
    return until(`pods of ${name}: ${what}`, () => this.pods(name), isSo);
  }

  /** ControllerRevisions, oldest revision first. */
  async revisions(name: string): Promise<Body[]> {
    const path = `/apis/apps/v1/namespaces/${this.namespace}/controllerrevisions?labelSelector=app%3D${name}`;
    return (await this.list(path)).sort((a, b) => a.revision - b.revision);
  }

  /** The newest revision, once there are so many. */
  async revision(name: string, count: number): Promise<Body> {
    const found = await until(
      `${count} revisions of ${name}`,
      () => this.revisions(name),
      (list) => list.length === count,
    );
    return found.at(-1);
  }

  /** What an upgrade in place does to one pod: the image, and the label by which its controller knows it. */
  async upgradePod(pod: Body, container: string, image: string, revision?: string): Promise<void> {
    const { status, body } = await this.context.client.request(
      'PATCH',
      `/api/v1/namespaces/${this.namespace}/pods/${pod.metadata.name}`,
      {
        ...(revision === undefined ? {} : { metadata: { labels: { [REVISION_LABEL]: revision } } }),
        spec: { containers: [{ name: container, image }] },
      },
      STRATEGIC,
    );
    if (status !== 200) throw new Error(`pod ${pod.metadata.name}: ${JSON.stringify(body)}`);
  }

  async deletePod(pod: Body): Promise<void> {
    await this.context.client.delete(`/api/v1/namespaces/${this.namespace}/pods/${pod.metadata.name}`);
  }
}

export const imageOf = (pod: Body, container: string): string =>
  pod.spec.containers.find((each: Body) => each.name === container).image;

export const isReady = (pod: Body): boolean =>
  (pod.status.conditions ?? []).some((each: Body) => each.type === 'Ready' && each.status === 'True');

/** Ready, with the container running this image: what its status says, not what is wanted. */
export const runs = (pod: Body, container: string, image: string): boolean =>
  isReady(pod) &&
  (pod.status.containerStatuses ?? []).some(
    (each: Body) => each.name === container && each.image === image && each.ready,
  );

export const restartsOf = (pod: Body, container: string): number =>
  pod.status.containerStatuses.find((each: Body) => each.name === container).restartCount;

export const uidsOf = (objects: Body[]): string[] => objects.map(({ metadata }) => metadata.uid).sort();
