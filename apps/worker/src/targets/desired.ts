import {
  applyWaves,
  keyOf,
  type Colours,
  type DriftChange,
  type DriftState,
  type HealthStatus,
  type JointPace,
  type KubeObject,
  type ObjectRef,
  type TargetPolicy,
} from '@keelson/domain';
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';

/** What the read model wants of one target, and what it knows of it. */
export interface Desired extends DriftState {
  /** Log position that changed it last. */
  readonly position: number;
  readonly application: string;
  readonly cluster: string;
  readonly generation: number;
  /** Content of the plan; undefined while no release has reached the target, or nothing may be left of it. */
  readonly hash?: string;
  /** The plan could not be made; what the cluster has stays. */
  readonly refused: boolean;
  readonly appliedGeneration: number;
  readonly namespace: string;
  readonly policy: TargetPolicy;
  /** How far the runs under way let the target go; undefined when nothing holds it back. */
  readonly pace?: JointPace;
  /** Of a target that is, or was last, released blue-green. */
  readonly colours?: Colours;
  /** The last verdict that the log has. */
  readonly health?: Verdict;
  readonly inventory: readonly InventoryItem[];
}

export interface Verdict {
  readonly generation: number;
  readonly status: HealthStatus;
  readonly message: string;
}

export interface InventoryItem {
  readonly ref: ObjectRef;
  readonly uid?: string;
  readonly created: boolean;
  /** A Namespace that was made because objects needed it. */
  readonly made: boolean;
  readonly wanted: boolean;
  /** Of the event that made it wanted, or owed. */
  readonly position: number;
}

interface Row {
  readonly position: string;
  readonly drift: readonly { readonly object: ObjectRef; readonly changes: readonly DriftChange[] }[];
  readonly flaps: DriftState['flaps'] | null;
  readonly application: string;
  readonly cluster: string;
  readonly generation: string;
  readonly hash: string | null;
  readonly refused: boolean;
  readonly applied_generation: string;
  readonly namespace: string | null;
  readonly policy: TargetPolicy | null;
  readonly pace: JointPace | null;
  readonly colours: Colours | null;
  readonly health: Verdict | null;
  readonly inventory: readonly (Omit<InventoryItem, 'uid'> & { uid: string | null })[];
}

const DELETED: TargetPolicy = { drift: 'Correct', whenToTakeOver: 'Never' };

const SELECT = `
  select t.position, t.drift, t.flaps, t.application, t.cluster, t.generation, t.hash, t.plan_error is not null as refused, t.applied_generation, t.joint as pace, t.colours, t.health,
         a.state #>> '{definition,namespace}' as namespace, a.state #> '{definition,policy}' as policy,
         coalesce((select jsonb_agg(jsonb_build_object('ref', i.ref, 'uid', i.uid, 'created', i.created, 'made', i.made, 'wanted', i.wanted, 'position', i.position))
                   from read.inventory i where i.application = t.application and i.cluster = t.cluster), '[]') as inventory
  from read.targets t join read.applications a on a.name = t.application`;

/** Every target of these clusters that changed after `since`. */
export const changedTargets = async (
  pool: Pool,
  clusters: readonly string[],
  since: number,
): Promise<Desired[]> => {
  const { rows } = await pool.query<Row>({
    name: 'changed-targets',
    text: `${SELECT} where t.cluster = any($1) and t.position > $2`,
    values: [clusters, since],
  });
  return rows.map(fromRow);
};

/** Targets of these clusters that lack their newest plan, owe a delete or have an idle colour, whatever was delivered before. */
export const openTargets = async (pool: Pool, clusters: readonly string[]): Promise<Desired[]> => {
  const { rows } = await pool.query<Row>({
    name: 'open-targets',
    text: `${SELECT} where t.cluster = any($1) and (t.generation > t.applied_generation or t.colours ? 'idleUntil' or (t.application, t.cluster) in
             (select i.application, i.cluster from read.inventory i where not i.wanted and i.cluster = any($1)))`,
    values: [clusters],
  });
  return rows.map(fromRow);
};

const fromRow = (row: Row): Desired => ({
  position: Number(row.position),
  drift: Object.fromEntries(row.drift.map(({ object, changes }) => [keyOf(object), changes])),
  flaps: row.flaps ?? {},
  application: row.application,
  cluster: row.cluster,
  generation: Number(row.generation),
  refused: row.refused,
  appliedGeneration: Number(row.applied_generation),
  namespace: row.namespace ?? '',
  policy: row.policy ?? DELETED,
  inventory: row.inventory.map(({ uid, ...item }) => (uid ? { ...item, uid } : item)),
  ...(row.hash ? { hash: row.hash } : {}),
  ...(row.pace ? { pace: row.pace } : {}),
  ...(row.colours ? { colours: row.colours } : {}),
  ...(row.health ? { health: verdictOf(row.health) } : {}),
});

const verdictOf = ({ generation, status, message }: Verdict): Verdict => ({ generation, status, message });

/** The server knows a cluster-scoped custom resource without the namespace that its manifest was given. */
export const itemOf = ({ inventory, namespace }: Desired, ref: ObjectRef): InventoryItem | undefined => {
  const keys = new Set([keyOf(ref), ...(ref.namespace ? [] : [keyOf({ ...ref, namespace })])]);
  return inventory.find((item) => keys.has(keyOf(item.ref)));
};

export interface PlanObjects {
  readonly objects: readonly KubeObject[];
  readonly waves: readonly (readonly KubeObject[])[];
}

/** Plans by content hash: a thousand clusters that render alike hold one copy. */
export class PlanContents {
  private readonly cache = new LRUCache<string, Promise<PlanObjects>>({ max: 1_000 });

  constructor(private readonly pool: Pool) {}

  get(hash: string): Promise<PlanObjects> {
    const cached = this.cache.get(hash);
    if (cached) return cached;
    const loading = this.load(hash);
    this.cache.set(hash, loading);
    loading.catch(() => this.cache.delete(hash));
    return loading;
  }

  private async load(hash: string): Promise<PlanObjects> {
    const { rows } = await this.pool.query<{ objects: KubeObject[] }>(
      'select objects from read.plan_contents where hash = $1',
      [hash],
    );
    const [row] = rows;
    if (!row) throw new Error(`the content of plan ${hash} is not in the read model`);
    return { objects: row.objects, waves: applyWaves(row.objects) };
  }
}
