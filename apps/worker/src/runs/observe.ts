import type { HealthStatus, JointPace, Labels, Observation } from '@keelson/domain';
import type { Pool } from 'pg';
import type { BlockersReader } from '../blockers';
import { Gathered } from '../kernel/gathered';
import { asBlocker } from './as-blocker';

interface Row {
  readonly application: string;
  readonly cluster: string;
  readonly labels: Labels;
  readonly release: string | null;
  readonly run: string | null;
  readonly batch: number | null;
  readonly joint: JointPace | null;
  readonly free_since: string | null;
  readonly stable: string | null;
  readonly generation: string;
  readonly applied_generation: string;
  readonly health: { generation: number; status: HealthStatus; message: string; since: number } | null;
  readonly failure: { generation: number; terminal: boolean; message: string } | null;
  readonly phase: string;
  readonly last_error: { reason: string; message: string } | null;
}

/** Tells what the read model knows of every cluster in an application's placement. */
export class Observer {
  private readonly targets: Gathered<Row[]>;

  constructor(
    pool: Pool,
    private readonly blockers: BlockersReader,
  ) {
    this.targets = new Gathered((applications) => targetsOf(pool, applications));
  }

  async observe(application: string, now: number): Promise<Observation[]> {
    const [rows = [], blocked] = await Promise.all([
      this.targets.get(application),
      this.blockers.read(application, now),
    ]);
    return rows.map((row) => ({ ...fromRow(row), ...blocked.get(row.cluster) }));
  }
}

const targetsOf = async (pool: Pool, applications: readonly string[]): Promise<Map<string, Row[]>> => {
  const { rows } = await pool.query<Row>({
    name: 'observe-applications',
    text: `select t.application, t.cluster, c.labels, t.release, t.run, (t.pace -> 'batch')::int as batch, t.joint,
                  t.record ->> 'freeSince' as free_since, t.stable, t.generation, t.applied_generation,
                  t.health, t.failure, c.phase, c.last_error
           from read.targets t join read.clusters c on c.name = t.cluster
           where t.application = any($1) and not t.removing
           order by t.application, t.cluster`,
    values: [applications],
  });
  const byApplication = new Map<string, Row[]>();
  for (const row of rows) {
    const known = byApplication.get(row.application);
    if (known) known.push(row);
    else byApplication.set(row.application, [row]);
  }
  return byApplication;
};

const fromRow = (row: Row): Observation => ({
  cluster: row.cluster,
  labels: row.labels,
  generation: Number(row.generation),
  appliedGeneration: Number(row.applied_generation),
  ...(row.release ? { release: row.release } : {}),
  ...(row.run ? { run: row.run } : {}),
  ...(row.batch === null ? {} : { batch: row.batch }),
  ...(row.run && row.joint?.heldBack.includes(row.run) ? { heldBack: row.joint.by.map(asBlocker) } : {}),
  ...(row.free_since ? { freeSince: Number(row.free_since) } : {}),
  ...(row.stable ? { stable: row.stable } : {}),
  ...(row.health ? { health: row.health } : {}),
  ...(row.failure ? { failure: row.failure } : {}),
  ...(row.phase === 'Unreachable'
    ? { unreachable: `unreachable (${row.last_error?.reason ?? 'unknown'})` }
    : {}),
});
