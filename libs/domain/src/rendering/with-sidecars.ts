import type { FieldError } from '../kernel/decider';
import { sameJson } from '../kernel/same-json';
import { describeRef, groupOf, refOf, type KubeObject } from '../kubernetes/objects';
import { isRecord, listAt, pointer, valueAt, withValueAt } from '../manifests/json';
import { CONTAINER_LISTS } from '../manifests/pod-templates';
import type { SidecarContent } from '../sidecar/content';
import type { Rendered } from './apply-override';

export interface RenderedSidecar extends SidecarContent {
  readonly sidecar: string;
}

/**
 * Workloads whose pods last, by group and kind. Not Jobs and CronJobs: a container that never ends keeps a Job from
 * ever being done, and the template of one that runs cannot change. Not bare Pods: no container can be added to them.
 */
const HOSTS: ReadonlySet<string> = new Set([
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
  'apps.kruise.io/CloneSet',
  'apps.kruise.io/StatefulSet',
  'apps.kruise.io/DaemonSet',
]);

export const hostsSidecars = ({ apiVersion, kind }: KubeObject): boolean =>
  HOSTS.has(`${groupOf(apiVersion)}/${kind}`);

/**
 * Adds containers and volumes to the pod template of every workload whose pods last, after the application's own and
 * in the order of the sidecars. It comes after overrides and scales: those are the application's, and know nothing of
 * what another team adds. Nothing is mutated.
 *
 * A container of a name that is there already is an error; so is a volume, unless it is the very same one.
 */
export const withSidecars = (
  objects: readonly KubeObject[],
  sidecars: readonly RenderedSidecar[],
): Rendered => {
  if (sidecars.length === 0) return { ok: true, objects };
  const errors: FieldError[] = [];
  const rendered = objects.map((object) => {
    if (!hostsSidecars(object)) return object;
    return sidecars.reduce((host, sidecar) => {
      const added = addTo(host, sidecar);
      errors.push(...added.errors);
      return added.object;
    }, object);
  });
  return errors.length > 0 ? { ok: false, errors } : { ok: true, objects: rendered };
};

/** Replicas of the largest of these workloads, as far as the plan says; 0 where none does. */
export const largestReplicas = (objects: readonly KubeObject[]): number =>
  Math.max(
    0,
    ...objects.filter(hostsSidecars).map((object) => {
      const replicas = valueAt(object, 'spec', 'replicas');
      return typeof replicas === 'number' ? replicas : 0;
    }),
  );

const POD = ['spec', 'template', 'spec'] as const;

const addTo = (
  host: KubeObject,
  { sidecar, containers, volumes }: RenderedSidecar,
): { readonly object: KubeObject; readonly errors: readonly FieldError[] } => {
  const taken = new Set(CONTAINER_LISTS.flatMap((list) => listAt(host, ...POD, list).map(nameOf)));
  const known = listAt(host, ...POD, 'volumes');
  const clashes = [
    ...containers.filter(({ name }) => taken.has(name)).map(({ name }) => `a container "${name}"`),
    ...volumes
      .filter((volume) => known.some((other) => nameOf(other) === volume.name && !sameJson(other, volume)))
      .map(({ name }) => `another volume "${name}"`),
  ];
  if (clashes.length > 0) {
    const errors = clashes.map((what) => ({
      path: pointer('sidecars', sidecar),
      message: `${describeRef(refOf(host))} has ${what} already`,
    }));
    return { object: host, errors };
  }
  const own = listAt(host, ...POD, 'containers');
  const missing = volumes.filter(({ name }) => !known.some((other) => nameOf(other) === name));
  const object = withValueAt(host, [...POD, 'containers'], [...own, ...containers]);
  return {
    object: missing.length === 0 ? object : withValueAt(object, [...POD, 'volumes'], [...known, ...missing]),
    errors: [],
  };
};

const nameOf = (item: unknown): unknown => (isRecord(item) ? item.name : undefined);
