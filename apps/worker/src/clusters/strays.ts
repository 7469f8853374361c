import {
  APPLICATION_LABEL,
  GENERATION_ANNOTATION,
  groupOf,
  keyOf,
  PLAN_ANNOTATION,
  refOf,
  type KubeObject,
  type ObjectRef,
} from '@keelson/domain';
import { ApiError, isAppliedByUs, objectPath, type ClusterClient, type Discovery } from '@keelson/k8s';
import type { Pool } from 'pg';
import { Timers } from '../kernel/timers';
import type { TargetRecorder } from '../targets/recorder';

/** The read model has caught up by then with whatever was applied or pruned a moment ago. */
const SETTLE_MS = 2_000;
/** One that is owed is deleted by its target, and looked at again in case it comes back after that. */
const AGAIN_MS = 10_000;

export interface StraysOptions {
  readonly cluster: string;
  readonly client: Pick<ClusterClient, 'request'>;
  readonly discovery: Pick<Discovery, 'resolve'>;
  readonly pool: Pool;
  readonly recorder: TargetRecorder;
  /** Of the moment: another one after the cluster was away. */
  readonly signal: () => AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** An object that carries our marks. */
interface Marked {
  readonly ref: ObjectRef;
  readonly uid: string;
  readonly application: string;
  readonly generation: number;
  readonly hash: string;
}

type Standing = 'wanted' | 'owed' | 'stray' | 'unknown';

/**
 * Objects that Keelson applied and that nothing wants. A worker that was paused between reading and writing makes an
 * object again that was pruned meanwhile: no plan and no inventory names it, so nobody would ever delete it.
 *
 * A label and annotations can be copied, and another Keelson may serve the same cluster. So an object counts as ours
 * only if this log has the very plan: its content, which names the object, and at its generation an event that may have
 * made it for this target; and if our field manager wrote it. That the plan was recorded as applied is not asked: who is
 * stopped in the middle of it records nothing. What is older than the cluster's registration was let go of when the
 * cluster was forgotten.
 */
export class Strays {
  private readonly suspects = new Map<string, Marked>();
  private readonly timers = new Timers(() => void this.look());
  private looking: Promise<void> | undefined;

  constructor(private readonly options: StraysOptions) {}

  /** An object was seen that is not wanted by any plan that this process knows. */
  suspect(object: KubeObject): void {
    const marked = markedBy(object);
    if (!marked) return;
    this.suspects.set(keyOf(marked.ref), marked);
    if (!this.looking) this.timers.set('look', SETTLE_MS);
  }

  clear(object: KubeObject): void {
    this.suspects.delete(keyOf(refOf(object)));
  }

  async stop(): Promise<void> {
    this.timers.clear();
    await this.looking;
    this.timers.clear();
  }

  private async look(): Promise<void> {
    this.looking ??= this.lookAtAll()
      .catch(this.options.onError)
      .finally(() => (this.looking = undefined));
    await this.looking;
    if (this.suspects.size > 0 && !this.options.signal().aborted) this.timers.set('look', AGAIN_MS);
  }

  private async lookAtAll(): Promise<void> {
    for (const [key, marked] of [...this.suspects]) {
      const standing = await this.standing(marked);
      if (standing === 'owed') continue;
      if (standing === 'stray' && (await this.isStillThere(marked))) await this.tell(marked);
      if (this.suspects.get(key) === marked) this.suspects.delete(key);
    }
  }

  private async standing({ ref, application, generation, hash }: Marked): Promise<Standing> {
    const { pool, cluster } = this.options;
    const { rows } = await pool.query<{ standing: Standing }>({
      name: 'standing-of-marked-object',
      text: STANDING,
      values: [
        application,
        cluster,
        keyOf(ref),
        generation,
        hash,
        groupOf(ref.apiVersion),
        ref.kind,
        ref.namespace ?? '',
        ref.name,
      ],
    });
    return rows[0]?.standing ?? 'unknown';
  }

  private async isStillThere(marked: Marked): Promise<boolean> {
    const { client, discovery, signal } = this.options;
    const resource = await discovery.resolve(marked.ref.apiVersion, marked.ref.kind);
    try {
      const live = await client.request<KubeObject>('GET', objectPath(resource, marked.ref), {
        signal: signal(),
      });
      return markedBy(live)?.uid === marked.uid && isAppliedByUs(live);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return false;
      throw error;
    }
  }

  private async tell({ ref: object, uid, application, generation }: Marked): Promise<void> {
    const { recorder, cluster } = this.options;
    await recorder.record(application, cluster, { type: 'RecordStray', object, uid, generation });
  }
}

/**
 * A target that is to get a newer plan than the object's may still want it: its inventory says so. A plan may leave the
 * namespace out, or give one to what has none.
 */
const STANDING = `
  select case
    when i.wanted then 'wanted'
    when i.key is not null then 'owed'
    when $4::bigint > c.registered and $4::bigint < coalesce(t.generation, $4::bigint + 1) and exists (
      select from read.plan_contents p, jsonb_array_elements(p.objects) o
      where p.hash = $5 and o ->> 'kind' = $7 and o #>> '{metadata,name}' = $9
        and case when o ->> 'apiVersion' like '%/%' then split_part(o ->> 'apiVersion', '/', 1) else '' end = $6
        and (o #>> '{metadata,namespace}' is null or $8 = '' or o #>> '{metadata,namespace}' = $8)
    ) and exists (
      select from event_log l join events e on e.seq = l.seq
      where l.pos = $4 and coalesce(e.data ->> 'cluster', c.name) = c.name
        and (coalesce(e.data ->> 'application', a.name) = a.name or e.data ->> 'application' like 'sidecar/%')
    ) then 'stray'
    else 'unknown' end as standing
  from read.applications a
  join read.clusters c on c.name = $2
  left join read.targets t on t.application = a.name and t.cluster = c.name
  left join read.inventory i on i.application = a.name and i.cluster = c.name and i.key = $3
  where a.name = $1`;

const markedBy = (object: KubeObject): Marked | undefined => {
  const { uid, labels, annotations, deletionTimestamp } = object.metadata;
  const application = labels?.[APPLICATION_LABEL];
  const hash = annotations?.[PLAN_ANNOTATION];
  const generation = Number(annotations?.[GENERATION_ANNOTATION]);
  if (!uid || !application || !hash || !Number.isSafeInteger(generation) || deletionTimestamp)
    return undefined;
  return { ref: refOf(object), uid, application, generation, hash };
};
