import type { WorkloadCounts } from '@keelson/domain';
import type { Pool } from 'pg';

const FLUSH_MS = 100;

interface ClusterSeen {
  readonly cluster: string;
  readonly at: string;
  readonly nodesTotal: number;
  readonly nodesReady: number;
}

interface TargetSeen extends WorkloadCounts {
  readonly application: string;
  readonly cluster: string;
  readonly at: string;
}

/**
 * Replica counts, node counts and heartbeats: what people watch and nobody audits, so it stays out of the log.
 * Collected and written together, at most ten times a second; a lost one is replaced by the next.
 */
export class Observations {
  private readonly clusters = new Map<string, ClusterSeen>();
  private readonly targets = new Map<string, TargetSeen>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly pool: Pool,
    private readonly onError: (error: unknown) => void,
  ) {}

  cluster(seen: Omit<ClusterSeen, 'at'>): void {
    this.clusters.set(seen.cluster, { ...seen, at: new Date().toISOString() });
    this.schedule();
  }

  target(application: string, cluster: string, counts: WorkloadCounts): void {
    this.targets.set(`${application}/${cluster}`, {
      application,
      cluster,
      ...counts,
      at: new Date().toISOString(),
    });
    this.schedule();
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.flush();
    await this.writing;
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.flush();
    }, FLUSH_MS);
  }

  private flush(): void {
    const clusters = [...this.clusters.values()];
    const targets = [...this.targets.values()];
    this.clusters.clear();
    this.targets.clear();
    this.writing = this.writing.then(() => this.write(clusters, targets)).catch(this.onError);
  }

  private async write(clusters: readonly ClusterSeen[], targets: readonly TargetSeen[]): Promise<void> {
    if (clusters.length > 0) {
      await this.pool.query(
        `insert into cluster_observations (cluster, last_seen, nodes_total, nodes_ready)
         select r ->> 'cluster', (r ->> 'at')::timestamptz, (r -> 'nodesTotal')::int, (r -> 'nodesReady')::int
         from jsonb_array_elements($1::jsonb) r
         on conflict (cluster) do update set last_seen = excluded.last_seen,
           nodes_total = excluded.nodes_total, nodes_ready = excluded.nodes_ready`,
        [JSON.stringify(clusters)],
      );
    }
    if (targets.length > 0) {
      await this.pool.query(
        `insert into target_observations (application, cluster, desired, updated, ready, observed_at)
         select r ->> 'application', r ->> 'cluster', (r -> 'desired')::int, (r -> 'updated')::int, (r -> 'ready')::int,
                (r ->> 'at')::timestamptz
         from jsonb_array_elements($1::jsonb) r
         on conflict (application, cluster) do update set desired = excluded.desired, updated = excluded.updated,
           ready = excluded.ready, observed_at = excluded.observed_at`,
        [JSON.stringify(targets)],
      );
    }
  }
}
