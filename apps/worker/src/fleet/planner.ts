import {
  keyOf,
  planContent,
  refOf,
  render,
  renderKey,
  type KubeObject,
  type PlanContent,
} from '@keelson/domain';
import { LRUCache } from 'lru-cache';
import type { Fleet, FrozenRelease } from './fleet';
import type { Moment, TargetRecord } from './model';

export type LoadRelease = (id: string) => Promise<FrozenRelease>;

type Rendered = { ok: true; content: PlanContent } | { ok: false; message: string };

/**
 * Turns what is wanted of a target into its plan. A plan's generation is the position of the event that changed its
 * content, so the same log gives the same generations however it is cut into batches.
 */
export class Planner {
  /** Clusters that render alike share the work: a thousand clusters are rendered once per distinct group. */
  private readonly rendered = new LRUCache<string, Rendered>({ max: 500 });

  constructor(
    private readonly fleet: Fleet,
    private readonly loadRelease: LoadRelease,
  ) {}

  async planApplication(name: string, moment: Moment): Promise<void> {
    for (const target of this.fleet.targetsOf(name)) await this.plan(target, moment);
  }

  /** `anew` gives the plan a new generation though its content may be the same: it is held to another batch now. */
  async plan(target: TargetRecord, moment: Moment, how: 'if-changed' | 'anew' = 'if-changed'): Promise<void> {
    if (target.removing || !target.release) return;
    const release = await this.loadRelease(target.release);
    target.version = release.version;
    target.revision = release.revision;
    const rendered = this.render(target, release);
    if (!rendered.ok) return this.refuse(target, rendered.message, moment);
    if (rendered.content.hash === target.hash && !target.planError && how === 'if-changed') return;
    target.hash = rendered.content.hash;
    target.generation = moment.position;
    delete target.planError;
    delete target.failure;
    this.fleet.changes.contents.set(rendered.content.hash, rendered.content.objects);
    this.takeStock(target, rendered.content.objects, moment.position);
    this.fleet.touchTarget(target, moment.position);
  }

  private render(target: TargetRecord, release: FrozenRelease): Rendered {
    const application = this.fleet.applications.get(target.application);
    const cluster = this.fleet.clusters.get(target.cluster);
    if (!application?.state.exists || !cluster)
      return { ok: false, message: 'the application or the cluster is gone' };
    const placed = { name: target.cluster, labels: cluster.state.labels };
    const { definition, scales } = application.state;
    const facets = { objects: release.objects, overrides: definition.overrides, scales };
    const key = `${release.release} ${application.position} ${renderKey(facets, placed)}`;
    let rendered = this.rendered.get(key);
    if (!rendered) {
      const result = render({ ...facets, cluster: placed });
      rendered = result.ok
        ? { ok: true, content: planContent(result.objects) }
        : { ok: false, message: result.errors.map(({ path, message }) => `${path}: ${message}`).join('; ') };
      this.rendered.set(key, rendered);
    }
    return rendered;
  }

  /** What the cluster has stays as it is; the target shows why it cannot go on. */
  private refuse(target: TargetRecord, message: string, { position, recordedAt }: Moment): void {
    if (target.planError === message) return;
    target.planError = message;
    target.generation = position;
    target.failure = { generation: position, terminal: true, message, at: recordedAt };
    this.fleet.touchTarget(target, position);
  }

  private takeStock(target: TargetRecord, objects: readonly KubeObject[], position: number): void {
    const planned = new Map(objects.map((object) => [keyOf(refOf(object)), refOf(object)]));
    for (const [key, ref] of planned) {
      const known = target.inventory.get(key);
      if (!known) this.fleet.putInventory(target, key, { ref, created: false, wanted: true, position });
      else if (!known.wanted) this.fleet.putInventory(target, key, { ...known, ref, wanted: true, position });
    }
    for (const [key, entry] of target.inventory) {
      if (entry.wanted && !planned.has(key))
        this.fleet.putInventory(target, key, { ...entry, wanted: false, position });
    }
  }
}
