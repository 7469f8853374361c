import type { HealthStatus } from '../../target';
import type { Blocker } from '../blockers';
import type { Observation } from '../commands';
import type { RunEvent } from '../events';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What the read model would know of an application's clusters: it follows a run's events as the projection does. */
export class FleetModel {
  private readonly clusters = new Map<string, Mutable<Observation>>();
  private position = 100;

  /** Wholly on `release`, which another run brought there. */
  join(cluster: string, tier: string, release: string | undefined = 'shop-r1'): void {
    this.clusters.set(cluster, {
      cluster,
      labels: { tier },
      generation: 5,
      appliedGeneration: 5,
      ...(release ? { release, stable: release, run: 'shop-1' } : {}),
      health: { generation: 5, status: 'Current', message: '', since: 0 },
    });
  }

  leave(cluster: string): void {
    this.clusters.delete(cluster);
  }

  get names(): string[] {
    return [...this.clusters.keys()];
  }

  look(): Observation[] {
    return [...this.clusters.values()].map((seen) => ({ ...seen }));
  }

  of(cluster: string): Mutable<Observation> {
    const known = this.clusters.get(cluster);
    if (!known) throw new Error(`the model has no cluster ${cluster}`);
    return known;
  }

  /** The plan was applied, and its health judged. */
  become(cluster: string, status: HealthStatus, since: number, message = ''): void {
    const seen = this.of(cluster);
    seen.appliedGeneration = seen.generation;
    seen.health = { generation: seen.generation, status, message, since };
  }

  /** A new plan that no run asked for: a scale, an override. */
  replan(cluster: string): void {
    this.of(cluster).generation = ++this.position;
  }

  lose(cluster: string, why = 'unreachable (Network)'): void {
    this.of(cluster).unreachable = why;
  }

  find(cluster: string): void {
    delete this.of(cluster).unreachable;
  }

  block(cluster: string, ...blockers: Blocker[]): void {
    this.of(cluster).blockers = blockers;
  }

  follow(events: readonly RunEvent[]): void {
    for (const event of events) {
      this.position += 1;
      if ('cluster' in event.data && this.clusters.has(event.data.cluster)) {
        this.move(event, this.of(event.data.cluster));
      }
    }
  }

  private move(event: RunEvent, seen: Mutable<Observation>): void {
    switch (event.type) {
      case 'ClusterStarted':
      case 'ClusterRollbackStarted':
        seen.release = event.data.release;
        seen.run = event.data.run;
        seen.batch = event.data.pace.batch;
        seen.generation = this.position;
        return;
      case 'BatchAdvanced':
        seen.batch = event.data.pace.batch;
        seen.generation = this.position;
        return;
      case 'ClusterRetried':
        seen.generation = this.position;
        return;
      case 'ClusterSucceeded':
      case 'ClusterRolledBack':
        if (seen.release) seen.stable = seen.release;
        delete seen.batch;
        return;
      default:
        return;
    }
  }
}
