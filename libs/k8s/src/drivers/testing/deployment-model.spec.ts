import type { KubeObject } from '@keelson/domain';
import { countAt, numberAt, recordAt, valueAt } from '../json';

/**
 * The real Deployment and ReplicaSet controllers in small, step by step and in any order, written from
 * k8s.io/kubernetes/pkg/controller/deployment (sync.go, rolling.go, util/deployment_util.go) and not from the simulator,
 * so that the two can disagree.
 */

interface ModelPod {
  ready: boolean;
}

interface ModelSet {
  readonly uid: string;
  readonly template: string;
  annotations: Record<string, string>;
  minReadySeconds: number;
  replicas: number;
  pods: ModelPod[];
  status: { replicas: number; ready: number; available: number };
}

/** Images with this tag never become ready. */
export const BAD = 'app:bad';

const REVISION = 'deployment.kubernetes.io/revision';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAX = 'deployment.kubernetes.io/max-replicas';

const DEFAULTS = {
  minReadySeconds: 0,
  progressDeadlineSeconds: 600,
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
};

export class DeploymentModel {
  live: KubeObject | undefined;
  private sets: ModelSet[] = [];

  /** What server-side apply by the only manager makes of it: the fields of the body, and defaults for the rest. */
  apply(body: KubeObject): void {
    const before = this.live;
    const spec = {
      ...DEFAULTS,
      replicas: numberAt(before, 'spec', 'replicas') ?? 1,
      ...recordAt(body, 'spec'),
    };
    const strategy = { ...DEFAULTS.strategy, ...recordAt(body, 'spec', 'strategy') };
    const rolling = { ...DEFAULTS.strategy.rollingUpdate, ...recordAt(strategy, 'rollingUpdate') };
    const full = { ...spec, strategy: { ...strategy, rollingUpdate: rolling } };
    const changed = JSON.stringify(full) !== JSON.stringify(before?.['spec']);
    const revision = before?.metadata.annotations?.[REVISION];
    this.live = {
      ...body,
      metadata: {
        ...body.metadata,
        uid: 'deployment',
        generation: (before?.metadata.generation ?? 0) + (changed ? 1 : 0),
        annotations: { ...body.metadata.annotations, ...(revision ? { [REVISION]: revision } : {}) },
      },
      spec: full,
      status: before?.['status'] ?? {},
    };
  }

  /** An autoscaler, through the scale subresource. */
  scale(replicas: number): void {
    if (!this.live || replicas === this.replicas) return;
    const { metadata, spec } = this.live;
    this.live = {
      ...this.live,
      metadata: { ...metadata, generation: (metadata.generation ?? 0) + 1 },
      spec: { ...(spec as object), replicas },
    };
  }

  get replicas(): number {
    return countAt(this.live, 'spec', 'replicas');
  }

  /** Pods that take traffic, whatever their template. */
  get ready(): number {
    return this.sets.reduce((sum, { pods }) => sum + pods.filter(({ ready }) => ready).length, 0);
  }

  podsOf(image: string): number {
    return this.sets
      .filter((set) => set.template.includes(`"${image}"`))
      .reduce((sum, { pods }) => sum + pods.length, 0);
  }

  readyOf(image: string): number {
    return this.sets
      .filter((set) => set.template.includes(`"${image}"`))
      .reduce((sum, { pods }) => sum + pods.filter(({ ready }) => ready).length, 0);
  }

  /** The ReplicaSets as the API has them. */
  children(): KubeObject[] {
    return this.sets.map(({ uid, annotations, replicas, status }) => ({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: uid,
        uid,
        annotations: { ...annotations },
        ownerReferences: [{ uid: 'deployment', controller: true }],
      },
      spec: { replicas },
      status: { replicas: status.replicas, readyReplicas: status.ready, availableReplicas: status.available },
    }));
  }

  /** One thing that may happen now: a controller looks, or a pod becomes ready. `pick` chooses which. */
  step(pick: number): void {
    const things = [
      () => this.syncDeployment(),
      ...this.sets.map((set) => () => this.syncSet(set)),
      ...this.sets
        .filter(({ template }) => !template.includes(BAD))
        .flatMap(({ pods }) => pods.filter(({ ready }) => !ready))
        .map((pod) => () => void (pod.ready = true)),
    ];
    things[pick % things.length]?.();
  }

  /** Everything looks once, in order, and all pods that can become ready do. */
  round(): void {
    this.syncDeployment();
    for (const set of this.sets) this.syncSet(set);
    for (const set of this.sets) {
      if (!set.template.includes(BAD)) for (const pod of set.pods) pod.ready = true;
    }
    for (const set of this.sets) this.syncSet(set);
  }

  private syncSet(set: ModelSet): void {
    while (set.pods.length < set.replicas) set.pods.push({ ready: false });
    // Pods that are not ready go first.
    set.pods.sort((a, b) => Number(b.ready) - Number(a.ready));
    set.pods.length = set.replicas;
    const ready = set.pods.filter((pod) => pod.ready).length;
    // Any minReadySeconds of a test is either over at once or never.
    set.status = { replicas: set.pods.length, ready, available: set.minReadySeconds > 1000 ? 0 : ready };
  }

  private syncDeployment(): void {
    const { live } = this;
    if (!live) return;
    const template = JSON.stringify(valueAt(live, 'spec', 'template'));
    const current = this.sets.find((set) => set.template === template);
    if (current) this.adopt(current);
    if (valueAt(live, 'spec', 'paused') === true || this.isScaling()) this.scaleAll(current);
    else this.roll(current ?? this.create(template));
    const status = { observedGeneration: live.metadata.generation, ...this.counts(template) };
    this.live = { ...this.live!, status };
  }

  private counts(template: string): object {
    const sum = (field: 'replicas' | 'ready' | 'available') =>
      this.sets.reduce((total, set) => total + set.status[field], 0);
    const updated = this.sets.find((set) => set.template === template)?.status.replicas ?? 0;
    return {
      replicas: sum('replicas'),
      updatedReplicas: updated,
      readyReplicas: sum('ready'),
      availableReplicas: sum('available'),
    };
  }

  private adopt(set: ModelSet): void {
    const others = this.sets.filter((other) => other !== set);
    const revision = Math.max(0, ...others.map(({ annotations }) => Number(annotations[REVISION]))) + 1;
    const kept = { [DESIRED]: set.annotations[DESIRED] ?? '', [MAX]: set.annotations[MAX] ?? '' };
    const own = String(Math.max(revision, Number(set.annotations[REVISION] ?? 0)));
    set.annotations = { ...this.copied(), ...kept, [REVISION]: own };
    set.minReadySeconds = countAt(this.live, 'spec', 'minReadySeconds');
    this.markRevision(own);
  }

  private create(template: string): ModelSet {
    const revision = Math.max(0, ...this.sets.map(({ annotations }) => Number(annotations[REVISION]))) + 1;
    const set: ModelSet = {
      uid: `set-${this.sets.length}`,
      template,
      annotations: { ...this.copied(), ...this.sizeMarks(), [REVISION]: String(revision) },
      minReadySeconds: countAt(this.live, 'spec', 'minReadySeconds'),
      replicas: this.newReplicas(0),
      pods: [],
      status: { replicas: 0, ready: 0, available: 0 },
    };
    this.sets.push(set);
    this.markRevision(String(revision));
    return set;
  }

  private copied(): Record<string, string> {
    const { [REVISION]: _, ...rest } = this.live?.metadata.annotations ?? {};
    return rest;
  }

  private markRevision(revision: string): void {
    const live = this.live!;
    this.live = {
      ...live,
      metadata: { ...live.metadata, annotations: { ...live.metadata.annotations, [REVISION]: revision } },
    };
  }

  private get fence(): { surge: number; unavailable: number } {
    const rolling = recordAt(this.live, 'spec', 'strategy', 'rollingUpdate');
    const resolve = (value: unknown, round: (exact: number) => number) =>
      typeof value === 'number' ? value : round((Number.parseInt(String(value), 10) * this.replicas) / 100);
    const surge = resolve(rolling['maxSurge'], Math.ceil);
    const down = resolve(rolling['maxUnavailable'], Math.floor);
    return { surge, unavailable: Math.min(surge === 0 && down === 0 ? 1 : down, this.replicas) };
  }

  private sizeMarks(): Record<string, string> {
    return { [DESIRED]: String(this.replicas), [MAX]: String(this.replicas + this.fence.surge) };
  }

  private resize(set: ModelSet, replicas: number): void {
    set.replicas = replicas;
    set.annotations = { ...set.annotations, ...this.sizeMarks() };
  }

  /** Pods that the ReplicaSets are to have together. */
  get wanted(): number {
    return this.sets.reduce((sum, { replicas }) => sum + replicas, 0);
  }

  private newReplicas(current: number): number {
    const room = this.replicas + this.fence.surge - this.wanted;
    return room <= 0 ? current : current + Math.min(room, this.replicas - current);
  }

  private isScaling(): boolean {
    return this.sets.some(
      ({ replicas, annotations }) => replicas > 0 && Number(annotations[DESIRED]) !== this.replicas,
    );
  }

  private roll(current: ModelSet): void {
    const wanted = current.replicas > this.replicas ? this.replicas : this.newReplicas(current.replicas);
    if (wanted !== current.replicas) return this.resize(current, wanted);
    const old = this.sets.filter((set) => set !== current && set.replicas > 0);
    const minAvailable = this.replicas - this.fence.unavailable;
    const unavailableNew = current.replicas - current.status.available;
    const most = this.wanted - minAvailable - unavailableNew;
    if (old.length === 0 || most <= 0) return;
    let cleaned = 0;
    for (const set of old) {
      const unhealthy = Math.min(most - cleaned, set.replicas - set.status.available);
      // Its status is older than its last sizing: "got invalid request to scale down", and the sync ends.
      if (unhealthy < 0) return;
      if (unhealthy === 0) continue;
      this.resize(set, set.replicas - unhealthy);
      cleaned += unhealthy;
    }
    let spare = this.sets.reduce((sum, set) => sum + set.status.available, 0) - minAvailable;
    for (const set of old) {
      const down = Math.min(spare, set.replicas);
      if (down <= 0) continue;
      this.resize(set, set.replicas - down);
      spare -= down;
    }
  }

  private scaleAll(current: ModelSet | undefined): void {
    const active = this.sets.filter(({ replicas }) => replicas > 0);
    if (active.length <= 1) {
      const only = active[0] ?? current ?? this.sets.at(-1);
      if (only && only.replicas !== this.replicas) this.resize(only, this.replicas);
      else if (only) only.annotations = { ...only.annotations, ...this.sizeMarks() };
      return;
    }
    const isSaturated =
      current?.replicas === this.replicas &&
      Number(current.annotations[DESIRED]) === this.replicas &&
      current.status.available === this.replicas;
    if (isSaturated) {
      for (const set of active) if (set !== current) this.resize(set, 0);
      return;
    }
    this.scaleInProportion(active);
  }

  private scaleInProportion(active: readonly ModelSet[]): void {
    const total = this.replicas > 0 ? this.replicas + this.fence.surge : 0;
    const toAdd = total - this.wanted;
    const age = (set: ModelSet) => this.sets.indexOf(set);
    const sorted = [...active].sort(
      (a, b) => b.replicas - a.replicas || (toAdd > 0 ? age(b) - age(a) : age(a) - age(b)),
    );
    const sizes = new Map<ModelSet, number>();
    let added = 0;
    for (const set of sorted) {
      const exact = (set.replicas * total) / Number(set.annotations[MAX]);
      const share = this.replicas === 0 ? -set.replicas : Math.round(exact) - set.replicas;
      const part =
        toAdd > 0 ? Math.min(share, toAdd - added) : toAdd < 0 ? Math.max(share, toAdd - added) : 0;
      sizes.set(set, set.replicas + part);
      added += part;
    }
    const [largest] = sorted;
    if (largest && toAdd !== 0) sizes.set(largest, Math.max(0, (sizes.get(largest) ?? 0) + toAdd - added));
    for (const [set, size] of sizes) this.resize(set, size);
  }
}

/** A Deployment as a user writes it. */
export const deployment = (image: string, spec: Readonly<Record<string, unknown>> = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } },
    ...spec,
  },
});
