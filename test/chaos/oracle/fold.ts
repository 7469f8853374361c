import type { KubeObject } from '@keelson/domain';
import { tagOf, type Command, type Labels, type NumberedCommand } from '../script/commands';
import type { LogEvent } from '../world/log-follower';
import {
  awaitsReturn,
  emptyModel,
  isPlaced,
  type AppModel,
  type Model,
  type RunModel,
  type TargetModel,
} from './model';
import { dropUnplaced, foldSidecarCommand, foldSidecarRun } from './fold-sidecars';

/**
 * Folds the commands, as they were sent, in the order that the log gave them, and between them what the runs decided. It
 * knows nothing of how Keelson folds, plans or renders: what Keelson and this say independently must be the same.
 */
export const foldLog = (events: readonly LogEvent[], commands: readonly NumberedCommand[]): Model => {
  const model = emptyModel();
  const untold = new Map(commands.map(({ number, command }) => [tagOf(number), command]));
  for (const event of events) {
    const command = untold.get(event.reason ?? '');
    if (command) {
      untold.delete(event.reason ?? '');
      foldCommand(model, command, event);
    }
    if (event.stream.startsWith('run/')) foldRun(model, event);
  }
  return model;
};

const foldCommand = (model: Model, command: Command, { position }: LogEvent): void => {
  switch (command.do) {
    case 'register': {
      const known = model.clusters.get(command.cluster);
      model.clusters.set(command.cluster, { ...known, registered: true, labels: command.labels });
      return place(model);
    }
    case 'forget': {
      const known = model.clusters.get(command.cluster);
      const orphaned = command.workloads === 'orphan' ? { orphanedAt: position } : {};
      model.clusters.set(command.cluster, { labels: {}, ...known, registered: false, ...orphaned });
      return place(model);
    }
    case 'define': {
      const known = model.apps.get(command.app);
      const app: AppModel = known?.definition ? known : { scales: [], sequence: known?.sequence ?? 0 };
      model.apps.set(command.app, { ...app, definition: command.definition });
      return place(model);
    }
    case 'delete': {
      const { sequence } = appOf(model, command.app);
      model.apps.set(command.app, { scales: [], sequence });
      return place(model);
    }
    case 'release': {
      const { definition } = appOf(model, command.app);
      const objects = command.manifests ?? definition?.manifests ?? [];
      return release(model, command.app, command.version, withImages(objects, command.images));
    }
    case 'rollback': {
      const { sequence } = appOf(model, command.app);
      for (let past = sequence; past > 0; past -= 1) {
        const found = model.releases.get(`${command.app}-r${past}`);
        if (found?.version === command.to) return release(model, command.app, command.to, found.objects);
      }
      throw new Error(`${command.app} never had a version ${command.to}`);
    }
    case 'scale':
      return void appOf(model, command.app).scales.push(command.scale);
    case 'defineSidecar':
    case 'releaseSidecar':
    case 'deleteSidecar':
      return foldSidecarCommand(model, command);
    case 'act':
    case 'hold':
    case 'unhold':
    case 'repairBy': // Their effects are the runs' own events, and those of repairs.
  }
};

const appOf = (model: Model, name: string): AppModel => {
  const app = model.apps.get(name);
  if (!app) throw new Error(`nobody defined ${name}`);
  return app;
};

const release = (model: Model, name: string, version: string, objects: readonly KubeObject[]): void => {
  const app = appOf(model, name);
  app.sequence += 1;
  app.lastRun = `${name}-${app.sequence}`;
  model.releases.set(`${name}-r${app.sequence}`, { version, objects });
};

const withImages = (objects: readonly KubeObject[], images: Labels): readonly KubeObject[] => {
  const copies = structuredClone(objects) as any[];
  for (const object of copies) {
    for (const container of object.spec?.template?.spec?.containers ?? []) {
      container.image = images[container.name] ?? container.image;
    }
  }
  return copies;
};

/** Who joins has the settled release, or none yet; who leaves has nothing. */
const place = (model: Model): void => {
  for (const [app, { definition, settled }] of model.apps) {
    for (const [cluster, { registered, labels }] of model.clusters) {
      const key = `${app}/${cluster}`;
      const belongs =
        registered && definition !== undefined && isPlaced(definition.placement, cluster, labels);
      if (!belongs) model.targets.delete(key);
      else if (!model.targets.has(key)) {
        model.targets.set(key, { app, cluster, whole: true, ...(settled ? { release: settled } : {}) });
      }
    }
  }
  dropUnplaced(model);
};

const ENDS = new Set(['RunSucceeded', 'RunFailed', 'RunRolledBack', 'RunSuperseded', 'RunAborted']);

const foldRun = (model: Model, event: LogEvent): void => {
  const { run: id, application: owner } = event.data;
  if (event.type === 'RunCreated') {
    model.runs.set(id, { owner, release: event.data.release, clusters: new Map() });
  }
  const run = model.runs.get(id);
  if (!run) throw new Error(`position ${event.position}: an event of run ${id}, which was never created`);
  if (run.over) throw new Error(`position ${event.position}: ${event.type} of ${id}, which was over`);
  if (event.type === 'MembershipChanged') {
    for (const { cluster } of event.data.joined) run.clusters.set(cluster, 'joined');
    for (const cluster of event.data.left) run.clusters.delete(cluster);
  }
  if (event.data.cluster) {
    const { reason } = event.data;
    const isAway = event.type === 'ClusterFailed' && reason === 'Unreachable';
    run.clusters.set(event.data.cluster, isAway ? reason : event.type);
  }
  if (ENDS.has(event.type)) run.over = event.type;
  if (owner.startsWith('sidecar/')) return foldSidecarRun(model, event, run);
  const target = model.targets.get(`${owner}/${event.data.cluster}`);
  switch (event.type) {
    case 'ClusterStarted':
    case 'ClusterRollbackStarted':
      if (target) Object.assign(target, { release: event.data.release, run: id, whole: isWhole(event) });
      return;
    case 'BatchAdvanced':
      if (target) target.whole = isWhole(event);
      return;
    case 'ClusterSucceeded':
    case 'ClusterRolledBack':
      if (target && target.run === id) target.whole = true;
      return;
    case 'RunSucceeded': {
      appOf(model, owner).settled = run.release;
      for (const target of model.targets.values())
        if (target.app === owner && isOwed(target, run)) {
          Object.assign(target, { release: run.release, whole: true });
        }
    }
  }
};

/** One that joined a stage which a person had skipped was left out with it. */
const isOwed = ({ cluster, release }: TargetModel, run: RunModel): boolean => {
  const last = run.clusters.get(cluster);
  return (
    awaitsReturn(last) || (!['ClusterSkipped', 'joined'].includes(last ?? '') && release !== run.release)
  );
};

const isWhole = ({ data }: LogEvent): boolean => data.pace.share === '100%';
