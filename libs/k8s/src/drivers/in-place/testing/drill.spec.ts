import type { KubeObject, Share } from '@keelson/domain';
import { listAt, recordAt } from '../../json';
import { driverFor } from '../../driver-for';
import type { DriverStep, WorkloadDriver } from '../../types';
import { imagesOf, METADATA_MAPS } from '../template';
import {
  daemonSetController,
  deploymentController,
  statefulSetController,
  type Controller,
} from './controllers.spec';
import { ModelKubelet } from './kubelet.spec';
import { ModelStore } from './store.spec';

export const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
export type Kind = (typeof KINDS)[number];

const CONTROLLERS: Readonly<Record<Kind, Controller>> = {
  Deployment: deploymentController,
  StatefulSet: statefulSetController,
  DaemonSet: daemonSetController,
};

export interface Given {
  readonly kind: Kind;
  readonly pods: number;
  readonly maxUnavailable: number;
  readonly image: string;
}

/** A business container and a sidecar; the annotation goes with the image. */
export const plan = ({ kind, pods, maxUnavailable, image }: Given): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'web' },
  spec: {
    ...(kind === 'DaemonSet' ? { nodes: pods } : { replicas: pods }),
    ...(kind === 'Deployment'
      ? { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable } } }
      : { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable } } }),
    template: {
      metadata: { labels: { app: 'web' }, annotations: { log: image } },
      spec: {
        containers: [
          { name: 'main', image: 'main:1', env: [{ name: 'EMPTY', value: '' }] },
          { name: 'log', image },
        ],
      },
    },
  },
});

/** A worker: sees each kind of object as of some moment of its own, and knows its own writes. */
interface Worker {
  readonly seen: Map<string, readonly KubeObject[]>;
}

const WATCHED = ['ReplicaSet', 'ControllerRevision', 'Pod'];

/** A cluster with one workload, and two workers that take it where it is to go, in any order. */
export class Drill {
  readonly store = new ModelStore();
  readonly kubelet = new ModelKubelet(this.store);
  private readonly workers: Worker[] = [{ seen: new Map() }, { seen: new Map() }];
  private readonly driver: WorkloadDriver;
  /** Called after everything that happens. */
  check: () => void = () => undefined;

  constructor(
    readonly kind: Kind,
    planned: KubeObject,
  ) {
    const driver = driverFor(planned);
    if (!driver) throw new Error(`no driver for ${kind}`);
    this.driver = driver;
    this.settle(planned, '100%');
  }

  get someWorker(): Worker {
    return this.workers[0]!;
  }

  get live(): KubeObject | undefined {
    return this.store.get(this.kind, 'web');
  }

  get pods(): KubeObject[] {
    return this.store.list('Pod');
  }

  get uids(): string[] {
    return this.pods.map(({ metadata }) => String(metadata.uid)).sort();
  }

  withImage(image: string): number {
    return this.pods.filter((pod) => imagesOf(pod).get('log') === image).length;
  }

  get unavailable(): number {
    return this.pods.filter((pod) => !this.kubelet.runs(pod)).length;
  }

  look(worker: Worker): void {
    for (const kind of [this.kind, ...WATCHED]) this.lookAt(worker, kind);
  }

  /** One round of a worker, killed after so many writes. */
  drive(planned: KubeObject, share: Share, worker = this.someWorker, writes = Infinity): DriverStep {
    const live = worker.seen.get(this.kind)?.[0];
    const children = WATCHED.flatMap((kind) => worker.seen.get(kind) ?? []);
    const step = this.driver.step(planned, { share, update: 'InPlaceOnly' }, { live, children });
    if (step.refused !== undefined || writes === 0 || !this.apply(step.object, live)) return step;
    this.lookAt(worker, this.kind);
    for (const patch of step.patches.slice(0, writes - 1)) {
      if (this.store.patch(patch)) this.lookAt(worker, patch.ref.kind);
    }
    return step;
  }

  /** Anything, in any order: a controller, a kubelet, a worker that looks, one that works or dies at it. */
  happen(picks: readonly number[], planned: KubeObject, share: Share): void {
    for (const pick of picks) {
      const rest = Math.floor(pick / 7);
      const worker = this.workers[rest % 2]!;
      const pod = this.pods[rest % Math.max(1, this.pods.length)];
      if (pick % 7 < 2) this.drive(planned, share, worker, rest % 4);
      else if (pick % 7 === 2) this.control();
      else if (pick % 7 === 3) this.lookAt(worker, [this.kind, ...WATCHED][rest % 4]!);
      else if (pick % 7 < 6 && pod) this.kubelet.act(pod);
      else if (pod) this.kubelet.report(pod);
      this.check();
    }
  }

  /** Everything has its turn until the batch is reached, by a view of what was applied. */
  settle(planned: KubeObject, share: Share, rounds = 150): DriverStep {
    for (let round = 0; ; round += 1) {
      this.look(this.someWorker);
      const step = this.drive(planned, share);
      if ((step.progress.reached && round > 0) || round === rounds) return step;
      this.round();
    }
  }

  round(): void {
    this.check();
    this.control();
    for (const pod of this.pods) {
      this.kubelet.act(pod);
      this.check();
      this.kubelet.report(pod);
    }
    this.control();
    this.check();
  }

  control(): void {
    if (this.live) CONTROLLERS[this.kind](this.store, this.live);
  }

  private lookAt({ seen }: Worker, kind: string): void {
    seen.set(kind, this.store.list(kind));
  }

  /** Server-side apply by the only manager, fenced by what it was decided on. */
  private apply(object: KubeObject, seen: KubeObject | undefined): boolean {
    const now = this.live;
    if (now?.metadata.resourceVersion !== seen?.metadata.resourceVersion) return false;
    const template = recordAt(object, 'spec', 'template');
    const replicas = recordAt(now, 'spec')['replicas'];
    this.store.put({
      ...object,
      metadata: {
        ...now?.metadata,
        ...object.metadata,
        managedFields: [{ manager: 'keelson', operation: 'Apply', fieldsV1: fieldsOf(template) }],
      },
      spec: {
        ...(replicas === undefined ? {} : { replicas }),
        ...recordAt(object, 'spec'),
        template: withDefaults(template),
      },
      ...(now ? { status: now['status'] } : {}),
    });
    return true;
  }
}

/** What the server makes of a template: defaults in, zero values out. */
const withDefaults = (template: Readonly<Record<string, unknown>>): object => ({
  ...template,
  metadata: { creationTimestamp: null, ...recordAt(template, 'metadata') },
  spec: {
    restartPolicy: 'Always',
    ...recordAt(template, 'spec'),
    containers: listAt(template, 'spec', 'containers').map((container) => ({
      terminationMessagePath: '/dev/termination-log',
      ...(container as object),
      env: listAt(container, 'env').map((variable) => ({ name: recordAt({ variable }, 'variable')['name'] })),
    })),
  },
});

const fieldsOf = (template: Readonly<Record<string, unknown>>): object => {
  const maps = METADATA_MAPS.map((map) => [
    `f:${map}`,
    Object.fromEntries(Object.keys(recordAt(template, 'metadata', map)).map((key) => [`f:${key}`, {}])),
  ]);
  return { 'f:spec': { 'f:template': { 'f:metadata': Object.fromEntries(maps) as object } } };
};
