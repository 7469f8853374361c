import {
  jointPace,
  largestReplicas,
  newestOf,
  otherThan,
  planContent,
  renderKey,
  renderTarget,
  sameJson,
  type Colours,
  type FieldError,
  type KeptRelease,
  type PlanContent,
  type RenderedSidecar,
} from '@keelson/domain';
import { LRUCache } from 'lru-cache';
import type { Fleet, FrozenRelease, FrozenSidecarRelease } from './fleet';
import { joinSidecars, type Joined } from './join-sidecars';
import type { Moment, TargetRecord } from './model';
import { takeStock } from './take-stock';

export interface Releases {
  release(id: string): Promise<FrozenRelease>;
  sidecarRelease(id: string): Promise<FrozenSidecarRelease>;
}

type Rendered = { ok: true; content: PlanContent; replicas: number } | { ok: false; message: string };

/** `anew` gives the plan a new generation though its content may be the same: it is held to another batch now. */
export type How = 'if-changed' | 'anew';

/**
 * Turns what is wanted of a target into its plan. A plan's generation is the position of the event that changed its
 * content, or how far it may be followed, so the same log gives the same generations however it is cut into batches.
 */
export class Planner {
  /** Clusters that render alike share the work: a thousand clusters are rendered once per distinct group. */
  private readonly rendered = new LRUCache<string, Rendered>({ max: 500 });

  constructor(
    private readonly fleet: Fleet,
    private readonly releases: Releases,
  ) {}

  async planApplication(name: string, moment: Moment): Promise<void> {
    for (const target of this.fleet.targetsOf(name)) await this.plan(target, moment);
  }

  /** The targets of a sidecar in a cluster; those that its change has to wait for keep their plans. */
  async planSidecar(name: string, cluster: string, moment: Moment, how: How = 'if-changed'): Promise<void> {
    for (const target of this.fleet.targetsIn(cluster)) {
      const waits = joinSidecars(this.fleet, target).sidecars[name]?.deferred;
      const concerned = target.sidecars?.[name] !== undefined;
      await this.plan(target, moment, concerned && !waits ? how : 'if-changed');
    }
  }

  async plan(target: TargetRecord, moment: Moment, how: How = 'if-changed'): Promise<void> {
    if (target.removing || !target.release) return;
    const release = await this.releases.release(target.release);
    target.version = release.version;
    target.revision = release.revision;
    const joined = joinSidecars(this.fleet, target);
    const rendered = await this.render(target, release, joined);
    const moved = this.hold(target, joined, rendered.ok ? rendered.replicas : 0, moment);
    if (!rendered.ok) return this.refuse(target, rendered.message, moment);
    const same = rendered.content.hash === target.hash && !target.planError;
    if (same && !moved && how === 'if-changed') return;
    target.hash = rendered.content.hash;
    target.generation = moment.position;
    delete target.planError;
    delete target.failure;
    this.fleet.changes.contents.set(rendered.content.hash, rendered.content.objects);
    takeStock(this.fleet, target, rendered.content.objects, moment);
    this.fleet.touchTarget(target, moment.position);
  }

  /** Says how far all runs together let the target go. Answers whether that is another share than before. */
  private hold(target: TargetRecord, { sidecars, paces }: Joined, replicas: number, moment: Moment): boolean {
    const own = target.pace && { run: target.run ?? '', pace: target.pace };
    const joint = jointPace(own, paces, replicas);
    const before = { joint: target.joint, sidecars: target.sidecars, waits: waitsOf(target) };
    if (joint) target.joint = joint;
    else delete target.joint;
    if (Object.keys(sidecars).length > 0) target.sidecars = sidecars;
    else delete target.sidecars;
    if (before.waits !== waitsOf(target)) target.freeSince = Date.parse(moment.recordedAt);
    if (!sameJson(before.joint ?? null, joint ?? null) || !sameJson(before.sidecars ?? {}, sidecars)) {
      this.fleet.touchTarget(target, moment.position);
    }
    return (before.joint?.share ?? '100%') !== (joint?.share ?? '100%');
  }

  private async render(target: TargetRecord, release: FrozenRelease, joined: Joined): Promise<Rendered> {
    const application = this.fleet.applications.get(target.application);
    const cluster = this.fleet.clusters.get(target.cluster);
    if (!application?.state.exists || !cluster)
      return { ok: false, message: 'the application or the cluster is gone' };
    const placed = { name: target.cluster, labels: cluster.state.labels };
    const { definition, scales } = application.state;
    const facets = { objects: release.objects, overrides: definition.overrides, scales };
    const added = Object.values(joined.sidecars).flatMap((sidecar) => sidecar.release ?? []);
    const { colours } = target;
    const key = [
      release.release,
      application.position,
      renderKey(facets, placed),
      ...added,
      ...(colours ? [JSON.stringify({ ...colours, idleUntil: undefined })] : []),
    ].join(' ');
    let rendered = this.rendered.get(key);
    if (!rendered) {
      const sidecars = await this.contentsOf(added);
      const coloured = colours && {
        colours,
        release: release.release,
        ...(await this.kept(colours, release.release)),
      };
      const whole = renderTarget(
        { ...facets, sidecars, budgets: definition, ...(coloured ? { coloured } : {}) },
        placed,
      );
      rendered = whole.ok
        ? { ok: true, content: planContent(whole.objects), replicas: largestReplicas(whole.objects) }
        : { ok: false, message: textOf(whole.errors) };
      this.rendered.set(key, rendered);
    }
    return rendered;
  }

  /** The other colour's release, where there is one. */
  private async kept(colours: Colours, release: string): Promise<{ kept?: KeptRelease }> {
    const id = colours[otherThan(newestOf(colours, release))];
    return id === undefined ? {} : { kept: await this.releases.release(id) };
  }

  /** Whether two releases have the same manifests. */
  async areAlike(a: string, b: string): Promise<boolean> {
    if (a === b) return true;
    const [one, other] = await Promise.all([this.releases.release(a), this.releases.release(b)]);
    return one.revision === other.revision;
  }

  private contentsOf(added: readonly string[]): Promise<RenderedSidecar[]> {
    return Promise.all(added.map((id) => this.releases.sidecarRelease(id)));
  }

  /** What the cluster has stays as it is; the target shows why it cannot go on. */
  private refuse(target: TargetRecord, message: string, { position, recordedAt }: Moment): void {
    if (target.planError === message) return;
    target.planError = message;
    target.generation = position;
    target.failure = { generation: position, terminal: true, message, at: recordedAt };
    this.fleet.touchTarget(target, position);
  }
}

/** Which runs wait for which others to leave the target. */
const waitsOf = ({ joint, sidecars = {} }: TargetRecord): string =>
  [
    ...(joint?.heldBack ?? []),
    ...Object.entries(sidecars).flatMap(([name, { deferred }]) => (deferred ? name : [])),
  ].join();

const textOf = (errors: readonly FieldError[]): string =>
  errors.map(({ path, message }): string => `${path}: ${message}`).join('; ');
