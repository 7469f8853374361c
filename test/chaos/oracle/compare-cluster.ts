import { APPLICATION_LABEL, GENERATION_ANNOTATION, type KubeObject } from '@keelson/domain';
import { budgetsOf, isBudgetOf } from './budgets';
import { liveKey, PLANTED, type LiveObjects } from '../world/simulator-protocol';
import { differenceOf } from './compare-object';
import { expectedObjects } from './expected';
import type { Model, TargetModel } from './model';

/** What people did to a cluster's objects beside Keelson. */
export interface Foreign {
  /** Uids of objects whose label was taken away: Keelson may leave them behind, they are not its own any more. */
  readonly unlabelled: ReadonlySet<string>;
  /** Uids of objects that somebody else made, by their keys. */
  readonly planted: ReadonlyMap<string, string>;
}

const WORKLOADS = new Set(['Deployment', 'StatefulSet']);

/** Everything in which a cluster differs from what the model says of it. */
export const differencesIn = (
  model: Model,
  cluster: string,
  live: LiveObjects,
  foreign: Foreign,
): string[] => {
  const targets = [...model.targets.values()].filter((target) => target.cluster === cluster);
  const expected = new Map<string, { object: KubeObject; target: TargetModel }>();
  for (const target of targets) {
    for (const object of expectedObjects(model, target)) expected.set(liveKey(object), { object, target });
  }
  const workloads = [...expected.values()].filter(({ object }) => WORKLOADS.has(object.kind));
  const isExpected = (key: string, object: KubeObject): boolean =>
    expected.has(key) || workloads.some((workload) => isBudgetOf(object, workload.object));
  return [
    ...[...expected].flatMap(([key, { object, target }]) => wrong(object, live, key, target)),
    ...workloads.flatMap(({ object, target }) => budgetsOf(object, target.app, Object.values(live))),
    ...Object.entries(live).flatMap(([key, object]) =>
      isExpected(key, object) ? [] : (leftOver(model, cluster, key, object, live, foreign) ?? []),
    ),
    ...[...foreign.planted].flatMap(([key, uid]) => spoilt(live[key], key, uid)),
  ].map((difference) => `${cluster}: ${difference}`);
};

const wrong = (
  object: KubeObject,
  live: LiveObjects,
  key: string,
  { app, whole, release }: TargetModel,
): string[] => {
  const found = live[key];
  const of = `${app} (${release})`;
  if (!found) return [`${of}: ${key} is not there`];
  // Between two batches a workload is what its driver makes of it; everything else is whole from the first on.
  if (!whole && WORKLOADS.has(object.kind)) return [];
  const difference = differenceOf(object, found, app) ?? podsOf(object, live);
  return difference === undefined ? [] : [`${of}: ${difference}`];
};

/** Every pod that there should be, ready, with the images of the template; and no other. */
const podsOf = (object: any, live: LiveObjects): string | undefined => {
  if (!WORKLOADS.has(object.kind)) return undefined;
  const { replicas, template, selector } = object.spec;
  const pods = Object.values(live).filter(
    ({ kind, metadata }) =>
      kind === 'Pod' &&
      metadata.namespace === object.metadata.namespace &&
      metadata.labels?.['app'] === selector.matchLabels.app,
  ) as any[];
  const what = `${object.kind} ${object.metadata.name}`;
  if (pods.length !== replicas) return `${what} has ${pods.length} pods instead of ${replicas}`;
  const images = imagesOf(template.spec);
  for (const pod of pods) {
    if (imagesOf(pod.spec) !== images)
      return `pod ${pod.metadata.name} has ${imagesOf(pod.spec)} instead of ${images}`;
    const ready = pod.status?.conditions?.find(({ type }: any) => type === 'Ready')?.status;
    if (ready !== 'True') return `pod ${pod.metadata.name} is not ready`;
  }
  return undefined;
};

const imagesOf = ({ containers }: any): string =>
  containers.map(({ name, image }: any) => `${name}=${image}`).join(' ');

const leftOver = (
  model: Model,
  cluster: string,
  key: string,
  object: any,
  live: LiveObjects,
  { unlabelled, planted }: Foreign,
): string | undefined => {
  const { kind, metadata } = object;
  if (kind === 'Pod') {
    const owner = metadata.labels?.app ?? '';
    const held = [...WORKLOADS].some((workload) => live[`${workload}/${metadata.namespace}/${owner}`]);
    return held ? undefined : `${key} is left, and its workload is gone`;
  }
  const app = metadata.labels?.[APPLICATION_LABEL];
  if (app === undefined) {
    if (planted.has(key) || unlabelled.has(metadata.uid)) return undefined;
    return `${key} is left without a label, and nobody took it away`;
  }
  const { orphanedAt = 0 } = model.clusters.get(cluster) ?? {};
  // Given up with its cluster, on demand.
  if (Number(metadata.annotations?.[GENERATION_ANNOTATION]) < orphanedAt) return undefined;
  return `${key} of ${app} is left and should be gone`;
};

const spoilt = (found: KubeObject | undefined, key: string, uid: string): string[] => {
  if (!found) return [`${key} is somebody else's and is gone`];
  if (found.metadata.uid !== uid) return [`${key} is somebody else's and was replaced`];
  const data = JSON.stringify(found['data']);
  return data === JSON.stringify(PLANTED) ? [] : [`${key} is somebody else's and was changed to ${data}`];
};
