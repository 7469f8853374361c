import type { Command } from '../script/commands';
import type { LogEvent } from '../world/log-follower';
import {
  awaitsReturn,
  isPlaced,
  type Model,
  type RunModel,
  type SidecarModel,
  type SidecarTarget,
} from './model';

type SidecarCommand = Extract<Command, { sidecar: string }>;

export const foldSidecarCommand = (model: Model, command: SidecarCommand): void => {
  const known = model.sidecars.get(command.sidecar);
  const sidecar: SidecarModel = known ?? { sequence: 0, contents: new Map(), clusters: new Map() };
  model.sidecars.set(command.sidecar, sidecar);
  switch (command.do) {
    case 'defineSidecar':
      if (!sidecar.definition) delete sidecar.settled;
      sidecar.definition = command.definition;
      return dropUnplaced(model);
    case 'deleteSidecar':
      delete sidecar.definition;
      delete sidecar.settled;
      return dropUnplaced(model);
    case 'releaseSidecar': {
      sidecar.sequence += 1;
      const { sidecar: name, image } = command;
      const containers = sidecar.definition?.containers ?? [];
      sidecar.contents.set(
        `${name}-sr${sidecar.sequence}`,
        containers.map((container) => (container.name === name ? { ...container, image } : container)),
      );
    }
  }
};

/** What was decided about a cluster is worth nothing once the sidecar is not placed there. */
export const dropUnplaced = (model: Model): void => {
  for (const { definition, clusters } of model.sidecars.values()) {
    for (const name of [...clusters.keys()]) {
      const cluster = model.clusters.get(name);
      if (!definition || !cluster?.registered || !isPlaced(definition.placement, name, cluster.labels)) {
        clusters.delete(name);
      }
    }
  }
};

export const foldSidecarRun = (model: Model, event: LogEvent, run: RunModel): void => {
  const sidecar = model.sidecars.get(run.owner.slice('sidecar/'.length));
  if (!sidecar?.definition) return;
  if (event.data.cluster) foldCluster(sidecar, event);
  else if (run.over && run.over !== 'RunSuperseded') foldEnd(sidecar, event.data.run, run);
};

const foldCluster = (sidecar: SidecarModel, { type, data }: LogEvent): void => {
  const { clusters, settled } = sidecar;
  const { cluster, run, release } = data;
  const known = clusters.get(cluster);
  const stable = known?.stable ?? settled;
  switch (type) {
    case 'ClusterStarted':
    case 'ClusterRollbackStarted': {
      const back = type === 'ClusterRollbackStarted';
      clusters.set(cluster, { release, run, moving: true, back, ...(stable ? { stable } : {}) });
      return;
    }
    case 'ClusterSucceeded':
    case 'ClusterRolledBack':
      if (known && known.run === run) clusters.set(cluster, arrived(known));
  }
};

const arrived = ({ release, run }: SidecarTarget): SidecarTarget => ({
  release,
  run,
  moving: false,
  back: false,
  stable: release,
});

/** One that succeeded is owed to those that were away or that it never met; what any other left half way goes back. */
const foldEnd = (sidecar: SidecarModel, id: string, run: RunModel): void => {
  const { clusters } = sidecar;
  const owed = new Set<string>();
  if (run.over === 'RunSucceeded') {
    sidecar.settled = run.release;
    for (const [cluster, last] of run.clusters) if (awaitsReturn(last)) owed.add(cluster);
    for (const cluster of clusters.keys()) if (!run.clusters.has(cluster)) owed.add(cluster);
    const { release } = run;
    for (const cluster of owed)
      clusters.set(cluster, { release, run: id, moving: true, back: false, stable: release });
  }
  for (const [cluster, at] of [...clusters]) {
    if (!at.moving || at.back || owed.has(cluster)) continue;
    if (at.stable === undefined) clusters.delete(cluster);
    else clusters.set(cluster, { ...at, release: at.stable, back: true });
  }
};
