import { clusterDecider, clusterStream, type WorkloadsOnForget } from '@keelson/domain';
import { tierOf } from './faults-strategies';
import type { Fleet } from './fleet-harness';

/** Clusters that join and leave while runs are under way; so many are members at first. */
export class Membership {
  private readonly joined = new Set<string>();
  /** How those that were members left. */
  private readonly left = new Map<string, WorkloadsOnForget>();

  constructor(
    private readonly fleet: Fleet,
    readonly all: readonly string[],
  ) {}

  get members(): string[] {
    return this.all.filter((name) => this.joined.has(name));
  }

  get outside(): string[] {
    return this.all.filter((name) => !this.joined.has(name));
  }

  /** Nothing of the application may be left there. */
  get cleared(): string[] {
    return this.outside.filter((name) => this.left.get(name) === 'delete');
  }

  async join(name: string): Promise<void> {
    await this.fleet.register(name, { tier: tierOf(this.all.indexOf(name)) });
    this.joined.add(name);
    this.left.delete(name);
  }

  async leave(name: string, workloads: WorkloadsOnForget): Promise<void> {
    await this.fleet.execute((unit) =>
      unit.decide(clusterDecider, clusterStream(name), { type: 'ForgetCluster', workloads }),
    );
    this.joined.delete(name);
    this.left.set(name, workloads);
  }
}
