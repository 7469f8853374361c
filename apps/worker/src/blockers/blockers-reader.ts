import {
  blockersOf,
  targetPhase,
  type Blocker,
  type DependencyStanding,
  type Labels,
  type TargetPhase,
} from '@keelson/domain';
import type { Pool } from 'pg';
import { Gathered } from '../kernel/gathered';
import {
  everyStop,
  existing,
  othersOf,
  placesOf,
  stopsOf,
  type OtherRow,
  type Stops,
} from './blockers.queries';
import { WindowClock } from './window-clock';

/** As the run engine's observation of a cluster has it. */
export interface ClusterBlockers {
  readonly blockers: readonly Blocker[];
  /** Milliseconds since the epoch. */
  readonly blockersChangeAt?: number;
}

/** A target as far as it is known to the run of a sidecar that is in it. */
export interface HostTarget {
  readonly application: string;
  readonly project: string;
  readonly application_labels: Labels;
  readonly cluster: string;
  readonly labels: Labels;
}

/** Tells what keeps an application's clusters from going on. One small query where nothing does. */
export class BlockersReader {
  private readonly clock = new WindowClock();
  private readonly stops: Gathered<Stops>;

  constructor(private readonly pool: Pool) {
    this.stops = new Gathered((applications) => stopsOf(pool, applications));
  }

  /** By cluster; those that nothing concerns, now or later, are left out. */
  async read(application: string, now: number): Promise<ReadonlyMap<string, ClusterBlockers>> {
    const stops = await this.stops.get(application);
    if (!stops || stops.depends_on.length + stops.holds.length + stops.windows.length === 0) return new Map();
    const dependsOn = stops.depends_on.map((dependency) => dependency.application);
    const [places, others, defined] = await Promise.all([
      placesOf(this.pool, application),
      othersOf(this.pool, dependsOn),
      existing(this.pool, dependsOn),
    ]);
    const phases = new Map(others.map((other) => [keyOf(other), phaseOf(other)]));
    const windows = stops.windows.map((window) => this.clock.at(window, now));
    const found = new Map<string, ClusterBlockers>();
    for (const place of places) {
      const target = {
        application,
        project: stops.project,
        applicationLabels: stops.labels,
        cluster: place.cluster,
        clusterLabels: place.labels,
      };
      const dependencies = stops.depends_on.map((dependency): DependencyStanding => {
        const exists = defined.has(dependency.application);
        const phase = phases.get(keyOf({ ...dependency, cluster: place.cluster }));
        return { ...dependency, exists, ...(phase ? { phase } : {}) };
      });
      const { blockers, changeAt } = blockersOf(target, { holds: stops.holds, windows, dependencies });
      if (blockers.length === 0 && changeAt === undefined) continue;
      found.set(place.cluster, {
        blockers,
        ...(changeAt === undefined ? {} : { blockersChangeAt: changeAt }),
      });
    }
    return found;
  }

  /**
   * What keeps a sidecar from a cluster: whatever keeps any of the targets there, as one batch moves them all.
   * Dependencies are between releases of applications, and do not count.
   */
  async readSidecar(
    targets: readonly HostTarget[],
    now: number,
  ): Promise<ReadonlyMap<string, ClusterBlockers>> {
    const stops = await everyStop(this.pool);
    if (stops.holds.length + stops.windows.length === 0) return new Map();
    const windows = stops.windows.map((window) => this.clock.at(window, now));
    const found = new Map<string, ClusterBlockers>();
    const standing = { holds: stops.holds, windows, dependencies: [] };
    for (const { application, project, application_labels, cluster, labels } of targets) {
      const target = { application, project, cluster };
      const marked = { ...target, applicationLabels: application_labels, clusterLabels: labels };
      const { blockers, changeAt } = blockersOf(marked, standing);
      const known = found.get(cluster);
      const changes = [changeAt, known?.blockersChangeAt].filter((at) => at !== undefined);
      if (blockers.length + changes.length === 0) continue;
      found.set(cluster, {
        blockers: [...(known?.blockers ?? []), ...blockers],
        ...(changes.length > 0 ? { blockersChangeAt: Math.min(...changes) } : {}),
      });
    }
    return found;
  }
}

const keyOf = ({
  application,
  cluster,
}: {
  readonly application: string;
  readonly cluster: string;
}): string => `${application} ${cluster}`;

const phaseOf = ({ health_generation, health_status, ...other }: OtherRow): TargetPhase =>
  targetPhase({
    ...other,
    generation: Number(other.generation),
    appliedGeneration: Number(other.applied),
    ...(health_status ? { health: { generation: Number(health_generation), status: health_status } } : {}),
  });
