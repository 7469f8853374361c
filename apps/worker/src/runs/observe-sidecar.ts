import { type HealthStatus, type JointPace, type Labels, type Observation } from '@keelson/domain';
import type { Pool } from 'pg';
import type { BlockersReader } from '../blockers';
import { asBlocker } from './as-blocker';

/** One of the targets that a sidecar is selected for; what is said of the cluster is the same in each of a cluster. */
export interface SidecarTargetRow {
  readonly cluster: string;
  readonly labels: Labels;
  readonly phase: string;
  readonly last_error: { reason: string; message: string } | null;
  /** What the sidecar's runs decided about the cluster, or what stands there without. */
  readonly release: string | null;
  readonly run: string | null;
  readonly batch: number | null;
  readonly stable: string | null;
  readonly application: string;
  readonly project: string;
  readonly application_labels: Labels;
  readonly generation: string;
  readonly applied_generation: string;
  readonly health: { generation: number; status: HealthStatus; message: string; since: number } | null;
  readonly failure: { generation: number; terminal: boolean; message: string } | null;
  readonly joint: JointPace | null;
  readonly free_since: string | null;
  readonly deferred: boolean;
  /** The application's run that moved it last. */
  readonly own_run: string | null;
  /** That run left it half way, and no other is under way: nobody knows when it goes on. */
  readonly abandoned: boolean;
}

/** What the read model knows of every cluster in which a sidecar is selected for something. */
export const observeSidecar = async (
  pool: Pool,
  blockers: BlockersReader,
  sidecar: string,
  now: number,
): Promise<Observation[]> => {
  const rows = await targetsOf(pool, sidecar);
  const blocked = await blockers.readSidecar(rows, now);
  const clusters = new Map<string, SidecarTargetRow[]>();
  for (const row of rows) {
    const known = clusters.get(row.cluster);
    if (known) known.push(row);
    else clusters.set(row.cluster, [row]);
  }
  return [...clusters].map(([name, targets]) => ({ ...together(targets), ...blocked.get(name) }));
};

const targetsOf = async (pool: Pool, sidecar: string): Promise<SidecarTargetRow[]> => {
  const { rows } = await pool.query<SidecarTargetRow>({
    name: 'observe-sidecar',
    text: `
      select t.cluster, c.labels, c.phase, c.last_error,
        coalesce(sc.release, s.settled_release) as release, sc.run, (sc.pace -> 'batch')::int as batch,
        coalesce(sc.stable, s.settled_release) as stable,
        t.application, a.project, coalesce(a.labels, '{}') as application_labels,
        t.generation, t.applied_generation, t.health, t.failure, t.joint, t.record ->> 'freeSince' as free_since,
        t.sidecars #> array[$1, 'deferred'] is not null as deferred, t.run as own_run,
        coalesce(t.pace ->> 'share' <> '100%' and r.over, false) as abandoned
      from read.sidecars s
      join read.targets t on t.sidecars ? s.name and t.sidecars #> array[$1, 'leaving'] is null
      join read.clusters c on c.name = t.cluster
      join read.applications a on a.name = t.application
      left join read.runs r on r.id = a.active_run
      left join read.sidecar_clusters sc on sc.sidecar = s.name and sc.cluster = t.cluster
      where s.name = $1 and not s.deleted and not t.removing
      order by t.cluster, t.application`,
    values: [sidecar],
  });
  return rows;
};

/**
 * All targets of a cluster as one: as far as the one that is least far, and as bad as the worst. A target that its own
 * application left half way is not waited for, also where the sidecar had come in before: it gets the sidecar's release,
 * or the rest of it, with the application's next one.
 */
export const together = (rows: readonly SidecarTargetRow[]): Observation => {
  const [first] = rows;
  if (!first) throw new Error('a cluster without targets is not observed');
  const counted = rows.filter((row) => !isLeftHalfWay(row));
  // How the others are is the doing of the run that is waited for.
  const entered = counted.filter(({ deferred }) => !deferred);
  const generation = Math.max(0, ...entered.map((row) => Number(row.generation)));
  const failed = entered.find(isFailed);
  const refused = entered.find(
    ({ failure, generation: own }) => failure?.terminal && failure.generation === Number(own),
  );
  const waits = [...new Set(counted.flatMap(waitsFor))];
  const since = counted.flatMap(({ free_since }) => (free_since === null ? [] : Number(free_since)));
  return {
    cluster: first.cluster,
    labels: first.labels,
    generation,
    appliedGeneration: failed || entered.every(isApplied) ? generation : 0,
    ...(first.release ? { release: first.release } : {}),
    ...(first.run ? { run: first.run } : {}),
    ...(first.batch === null ? {} : { batch: first.batch }),
    ...(first.stable ? { stable: first.stable } : {}),
    health: { generation, ...healthOf(entered, failed) },
    ...(refused?.failure
      ? { failure: { generation, terminal: true, message: told(refused, refused.failure.message) } }
      : {}),
    ...(waits.length > 0 ? { heldBack: waits.map(asBlocker) } : {}),
    ...(since.length > 0 ? { freeSince: Math.max(...since) } : {}),
    ...(first.phase === 'Unreachable'
      ? { unreachable: `unreachable (${first.last_error?.reason ?? 'unknown'})` }
      : {}),
  };
};

const told = ({ application }: SidecarTargetRow, message: string): string => `${application}: ${message}`;

const isApplied = ({ generation, applied_generation }: SidecarTargetRow): boolean =>
  generation === applied_generation;

const isFailed = (row: SidecarTargetRow): boolean =>
  isApplied(row) && row.health?.generation === Number(row.generation) && row.health.status === 'Failed';

/** The runs that are to go on first. */
const waitsFor = ({ deferred, run, joint }: SidecarTargetRow): readonly string[] =>
  deferred || (run !== null && joint?.heldBack.includes(run)) ? (joint?.by ?? []) : [];

const isLeftHalfWay = (row: SidecarTargetRow): boolean => {
  const runs = waitsFor(row);
  return row.abandoned && (row.deferred || (runs.length > 0 && runs.every((run) => run === row.own_run)));
};

const healthOf = (
  rows: readonly SidecarTargetRow[],
  failed: SidecarTargetRow | undefined,
): { status: HealthStatus; message: string; since: number } => {
  const worst = failed ?? rows.find((row) => !isWell(row));
  const since = Math.max(0, ...rows.map(({ health }) => health?.since ?? 0));
  if (!worst) return { status: 'Current', message: '', since };
  const { health, generation } = worst;
  const known =
    health?.generation === Number(generation) ? health.message : 'its plan has not been judged yet';
  return { status: failed ? 'Failed' : 'InProgress', message: told(worst, known), since };
};

const isWell = ({ health, generation }: SidecarTargetRow): boolean =>
  health?.generation === Number(generation) && health.status === 'Current';
