import {
  groupOf,
  keyOf,
  moveColours,
  newestOf,
  otherThan,
  planContent,
  refOf,
  renderTarget,
  servedRelease,
  settleColours,
  standingColours,
  standingRelease,
  switchedColours,
  withoutIdle,
  type Colours,
  type KubeObject,
  type Pace,
} from '@keelson/domain';
import { applyObject } from '../../../simulator/api/apply';
import { ApiError } from '../../../simulator/api/api-error';
import { patchObject, STRATEGIC_PATCH } from '../../../simulator/api/patch';
import { virtualCluster } from '../../../simulator/testing/virtual-cluster';
import { drive, type Driven } from '../../drive';
import { isReady } from '../../pods';
import type { ChildPatch, WorkloadView } from '../../types';
import { isSwitched, matches, selectorOf } from '../switch';

const NAMESPACE = 'default';
export const REPLICAS = 4;
export const BAD = 4;

const metadata = (name: string) => ({ name, namespace: NAMESPACE });

/** Release n has image `web:n`; each has a port of its own. */
export const manifests = (release: number): KubeObject[] => [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata('web'),
    spec: { selector: { app: 'web' }, ports: [{ protocol: 'TCP', port: 80, targetPort: 8000 + release }] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata('web'),
    spec: {
      replicas: REPLICAS,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: `web:${release}` }] },
      },
    },
  },
];

/**
 * A worker and a run engine in small, over one simulated cluster in virtual time: what is wanted is the domain's own fold
 * and rendering, what is applied the drivers' own steps, and any of them may be cut off after any write.
 */
export class Rehearsal {
  private readonly virtual = virtualCluster();
  private release = 1;
  private stable = 1;
  private pace: Pace | undefined;
  private arrived = false;
  colours: Colours | undefined;
  /** After everything that happens. */
  check: () => void = () => undefined;

  constructor() {
    this.cluster.refuseImage(`web:${BAD}`);
    this.settle(() => this.served().length === REPLICAS);
  }

  private get cluster() {
    return this.virtual.cluster;
  }

  /** A run's decision: the target is to have this release, as far as the pace says. */
  move(release: number, pace: Pace, back = false): void {
    const target = {
      release: `r${this.release}`,
      stable: `r${this.stable}`,
      ...(this.pace && !this.arrived ? { pace: this.pace } : {}),
      ...(this.colours ? { colours: this.colours } : {}),
    };
    const standing = standingRelease(target);
    const before = pace.blueGreen ? standingColours(target) : this.colours;
    const served = before ? servedRelease(before) : standing;
    this.colours = moveColours(before, {
      release: `r${release}`,
      pace,
      back,
      at: this.virtual.clock.now(),
      alike: served === `r${release}`,
      ...(standing === undefined ? {} : { standing }),
    });
    this.release = release;
    this.pace = pace;
    this.arrived = false;
  }

  goBack(pace: Pace): void {
    this.move(this.stable, pace, true);
  }

  get current(): number {
    return this.release;
  }

  get isWhole(): boolean {
    return this.pace?.share === '100%';
  }

  /** As the run engine does it when the last batch is reached. */
  arrive(): void {
    this.stable = this.release;
    this.arrived = true;
    if (this.colours) this.colours = settleColours(this.colours, this.pace, this.virtual.clock.now());
  }

  /** As the target's agent does it. */
  retire(): void {
    const { colours } = this;
    if (!colours?.idleUntil || colours.idleUntil > this.virtual.clock.now()) return;
    if (this.isSwitched) this.colours = withoutIdle(colours);
  }

  private get isSwitched(): boolean {
    return isSwitched(this.planned, (object) => this.cluster.get(refOf(object)) ?? 'absent');
  }

  get planned(): readonly KubeObject[] {
    const { colours, release } = this;
    const keptId = colours && colours[otherThan(newestOf(colours, `r${release}`))];
    const kept =
      keptId === undefined ? undefined : { release: keptId, objects: manifests(Number(keptId.slice(1))) };
    const coloured = colours && { colours, release: `r${release}`, ...(kept ? { kept } : {}) };
    const rendered = renderTarget(
      {
        objects: manifests(release),
        overrides: [],
        scales: [],
        sidecars: [],
        budgets: { strategy: { batches: [] } },
        ...(coloured ? { coloured } : {}),
      },
      { name: 'eu-1', labels: {} },
    );
    if (!rendered.ok) throw new Error(JSON.stringify(rendered.errors));
    return planContent(rendered.objects).objects;
  }

  /** One round of a worker that dies after so many writes. */
  work(writes = Infinity): Driven {
    const { planned } = this;
    const driven = drive(planned, this.pace, (object) => this.view(object));
    if (driven === 'unknown') throw new Error('nothing is unknown here');
    const acts = [
      ...driven.objects.map((object) => () => this.apply(object)),
      ...driven.patches.map((patch) => () => this.patch(patch)),
      ...this.unplanned(planned).map((object) => () => this.cluster.delete(refOf(object))),
    ];
    for (const act of acts.slice(0, writes)) {
      act();
      this.check();
    }
    if (writes >= acts.length && this.colours && this.isSwitched)
      this.colours = switchedColours(this.colours);
    return driven;
  }

  pass(milliseconds: number): void {
    for (let passed = 0; passed < milliseconds; passed += 5) {
      this.virtual.clock.advance(5);
      this.check();
    }
  }

  settle(isDone: (driven: Driven) => boolean): Driven {
    for (let round = 0; round < 200; round += 1) {
      const driven = this.work();
      this.pass(20);
      if (isDone(driven)) return driven;
    }
    throw new Error(`it does not come to an end: ${JSON.stringify(this.work().progress)}`);
  }

  /** Ready pods behind the Service. */
  served(): KubeObject[] {
    const [service] = this.stored('v1', 'Service');
    if (!service) return [];
    return this.pods().filter(
      (pod) => isReady(pod) && matches(selectorOf(service), pod.metadata.labels ?? {}),
    );
  }

  pods(): KubeObject[] {
    return this.stored('v1', 'Pod').filter(({ metadata: { deletionTimestamp } }) => !deletionTimestamp);
  }

  /** Not copies: they are looked at after everything that happens. */
  private stored(apiVersion: string, kind: string): readonly KubeObject[] {
    const { store } = this.cluster.state;
    return store.list(this.typeOf(apiVersion, kind), NAMESPACE);
  }

  images(): string[] {
    return this.pods().map(
      (pod) => (pod['spec'] as { containers: { image: string }[] }).containers[0]!.image,
    );
  }

  close(): void {
    this.cluster.close();
  }

  private view(object: KubeObject): WorkloadView {
    const live = this.cluster.get(refOf(object));
    const sets = this.cluster.list('apps/v1', 'ReplicaSet', NAMESPACE);
    return { live, children: object.kind === 'Deployment' ? [...sets, ...this.cluster.pods(NAMESPACE)] : [] };
  }

  /** What earlier plans had; nothing goes that a Service may still select, as with the agent's prune. */
  private unplanned(planned: readonly KubeObject[]): KubeObject[] {
    if (!this.isSwitched) return [];
    const keys = new Set(planned.map((object) => keyOf(refOf(object))));
    return this.cluster
      .list('apps/v1', 'Deployment', NAMESPACE)
      .filter((object) => !keys.has(keyOf(refOf(object))));
  }

  private apply(object: KubeObject): void {
    applyObject(
      this.cluster.state,
      this.requestFor(object.apiVersion, object.kind, object.metadata.name),
      object,
    );
  }

  private patch({ ref, uid, resourceVersion, patch }: ChildPatch): void {
    const body = {
      ...patch,
      metadata: { ...(patch['metadata'] as object | undefined), uid, resourceVersion },
    };
    try {
      patchObject(
        this.cluster.state,
        this.requestFor(ref.apiVersion, ref.kind, ref.name),
        STRATEGIC_PATCH,
        body,
      );
    } catch (error) {
      // It has changed since it was seen: the next round looks again.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  private requestFor(apiVersion: string, kind: string, name: string) {
    const type = this.typeOf(apiVersion, kind);
    return { type, apiVersion, namespace: NAMESPACE, name, manager: 'keelson', dryRun: false, force: true };
  }

  private typeOf(apiVersion: string, kind: string) {
    const type = this.cluster.state.registry.byGroupKind(groupOf(apiVersion), kind);
    if (!type) throw new Error(`no ${kind}`);
    return type;
  }
}
