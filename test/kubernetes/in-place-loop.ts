import { keyOf, type KubeObject, type Share, type UpdateMode } from '@keelson/domain';
import { driverFor, type DriverStep, type WorkloadDriver, type WorkloadView } from '@keelson/k8s';
import { APPLY_PATCH, STRATEGIC_PATCH, until, type KubeAnswer, type KubeClient } from './control-plane';

const PLURALS: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  ReplicaSet: 'replicasets',
  ControllerRevision: 'controllerrevisions',
  Pod: 'pods',
};

/** The loop has done as many writes as it was given; as if its process had been killed. */
export class Killed extends Error {}

export interface LoopOptions {
  readonly update?: UpdateMode;
  /** Writes before it is killed. */
  readonly writes?: number;
  /** Hears of every view, before anything is done about it. */
  readonly onView?: (view: WorkloadView) => void;
}

/**
 * The driver and nothing else: lists, works out the step, applies its object, sends its patches, and again. It keeps
 * nothing between two rounds.
 */
export class DriverLoop {
  private writes: number;

  constructor(
    private readonly client: KubeClient,
    private readonly namespace: string,
    private readonly options: LoopOptions = {},
  ) {
    this.writes = options.writes ?? Infinity;
  }

  /** Until the batch is reached. */
  async reach(planned: KubeObject, share: Share): Promise<DriverStep> {
    let last = '';
    return until(
      `${planned.kind} ${planned.metadata.name} at ${share}`,
      async () => {
        const step = await this.round(planned, share);
        last = step.progress.message;
        return step.progress.reached ? step : undefined;
      },
      { deadline: 60_000, every: 40 },
      () => last,
    );
  }

  async round(planned: KubeObject, share: Share): Promise<DriverStep> {
    const view = await this.view(planned);
    this.options.onView?.(view);
    const step = this.step(planned, share, view);
    if (step.refused === undefined) await this.carryOut(step, view);
    return step;
  }

  step(planned: KubeObject, share: Share, view: WorkloadView): DriverStep {
    const update = this.options.update ?? 'InPlaceOnly';
    return driverOf(planned).step(planned, { share, update }, view);
  }

  async view(planned: KubeObject): Promise<WorkloadView> {
    const live = await this.client.request('GET', this.path(planned.kind, planned.metadata.name));
    const children = await Promise.all(
      driverOf(planned)
        .children('InPlaceOnly')
        .map(async ({ apiVersion, kind }) => {
          const { items } = await this.client.must('GET', this.path(kind));
          return (items as object[]).map((item): KubeObject => ({
            ...(item as KubeObject),
            apiVersion,
            kind,
          }));
        }),
    );
    return { live: live.status === 200 ? (live.body as KubeObject) : undefined, children: children.flat() };
  }

  private async carryOut({ object, patches }: DriverStep, { live }: WorkloadView): Promise<void> {
    const { name } = object.metadata;
    const resourceVersion = live?.metadata.resourceVersion;
    const body = {
      ...object,
      metadata: { ...object.metadata, ...(resourceVersion ? { resourceVersion } : {}) },
    };
    const applied = await this.write(
      `${this.path(object.kind, name)}?fieldManager=keelson&force=true`,
      body,
      APPLY_PATCH,
      // Nothing of a write that changes nothing reaches the store, so that it is no step to be killed after.
      ({ body: after }) => after.metadata?.generation !== live?.metadata.generation,
    );
    if (!applied) return;
    for (const { ref, uid, resourceVersion: seen, type, patch } of patches) {
      if (type !== 'strategic') throw new Error(`${type} patch of ${keyOf(ref)}`);
      const metadata = { ...(patch['metadata'] as object | undefined), uid, resourceVersion: seen };
      await this.write(this.path(ref.kind, ref.name), { ...patch, metadata }, STRATEGIC_PATCH);
    }
  }

  /** False when what it was decided on has changed meanwhile. */
  private async write(
    path: string,
    body: object,
    type: string,
    counts: (answer: KubeAnswer) => boolean = () => true,
  ): Promise<boolean> {
    const answer = await this.client.request('PATCH', path, body, type);
    if (answer.status === 409 || answer.status === 404) return false;
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.body?.message}`);
    if (counts(answer) && --this.writes <= 0) throw new Killed(`after a write to ${path}`);
    return true;
  }

  private path(kind: string, name?: string): string {
    const group = kind === 'Pod' ? '/api/v1' : '/apis/apps/v1';
    return `${group}/namespaces/${this.namespace}/${PLURALS[kind]}${name === undefined ? '' : `/${name}`}`;
  }
}

const driverOf = (planned: KubeObject): WorkloadDriver => {
  const driver = driverFor(planned);
  if (!driver) throw new Error(`no driver for ${planned.kind}`);
  return driver;
};

/** Who a container is: another container in the same pod has another id. */
export interface ContainerLife {
  readonly id: string;
  readonly restarts: number;
  readonly image: string;
}

/** The workload's pods by uid, and the lives of their containers by name. */
export const livesOf = ({ children }: WorkloadView): Map<string, Record<string, ContainerLife>> =>
  new Map(
    children
      .filter(({ kind, metadata }) => kind === 'Pod' && !metadata.deletionTimestamp)
      .map((pod) => {
        const statuses = ((pod as any).status?.containerStatuses ?? []) as any[];
        const lives = statuses.map(({ name, containerID, restartCount, image }): [string, ContainerLife] => [
          name,
          { id: containerID, restarts: restartCount, image },
        ]);
        return [String(pod.metadata.uid), Object.fromEntries(lives)];
      }),
  );

export const readyPods = ({ children }: WorkloadView): number =>
  children.filter(
    (pod: any) =>
      pod.kind === 'Pod' &&
      !pod.metadata.deletionTimestamp &&
      pod.status?.conditions?.some(({ type, status }: any) => type === 'Ready' && status === 'True'),
  ).length;
