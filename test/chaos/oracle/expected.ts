import type { KubeObject } from '@keelson/domain';
import type { Override } from '../script/commands';
import { isPlaced, matches, type Model, type TargetModel } from './model';

/** The objects that a target must have; none before its first release. */
export const expectedObjects = (model: Model, { app, cluster, release }: TargetModel): KubeObject[] => {
  const { definition, scales } = model.apps.get(app)!;
  const { labels } = model.clusters.get(cluster)!;
  const frozen = release === undefined ? undefined : model.releases.get(release);
  if (!definition || !frozen) return [];
  const objects = structuredClone(frozen.objects) as any[];
  for (const override of definition.overrides) {
    if (matches(override.clusterSelector, labels)) applyOverride(objects, override);
  }
  for (const { replicas, workload, clusterSelector } of scales) {
    if (clusterSelector && !matches(clusterSelector, labels)) continue;
    for (const object of objects) {
      if (object.kind === 'Deployment' && object.metadata.name === workload) object.spec.replicas = replicas;
    }
  }
  for (const containers of sidecarsIn(model, app, cluster)) {
    for (const object of objects) object.spec?.template?.spec?.containers.push(...containers);
  }
  return objects;
};

const applyOverride = (objects: any[], { replicas, patches = [] }: Override): void => {
  for (const { target, patch } of patches) {
    for (const object of objects) {
      if (object.kind !== target.kind || object.metadata.name !== target.name) continue;
      for (const { path, value } of patch) object.data[path.slice('/data/'.length)] = value;
    }
  }
  if (replicas === undefined) return;
  for (const object of objects) if (object.spec?.replicas !== undefined) object.spec.replicas = replicas;
};

/** By name, because that is their order in a pod. */
const sidecarsIn = (model: Model, app: string, cluster: string) => {
  const { labels } = model.clusters.get(cluster)!;
  const { definition } = model.apps.get(app)!;
  return [...model.sidecars]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, sidecar]) => {
      const selected =
        sidecar.definition &&
        matches(sidecar.definition.applicationSelector, definition?.labels ?? {}) &&
        isPlaced(sidecar.definition.placement, cluster, labels);
      const release = sidecar.clusters.get(cluster)?.release ?? sidecar.settled;
      return selected && release !== undefined ? [sidecar.contents.get(release) ?? []] : [];
    });
};
