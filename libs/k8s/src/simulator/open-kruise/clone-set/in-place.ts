import { type KubeObject } from '@keelson/domain';
import {
  type JsonObject,
  changeItems,
  changeObject,
  equal,
  isObject,
  listAt,
  objectAt,
  without,
} from '../../json';
import { conditionOf, conditionsOf } from '../../controllers/conditions';
import { type Container, containersOf } from '../../controllers/pods';
import { REVISION_LABEL } from '../../controllers/revisions';
import { type Action } from '../action';

/** Readiness gate and condition: closed while containers are replaced, so that the pod leaves its Services. */
export const IN_PLACE_READY = 'InPlaceUpdateReady';

/** What is under way in the pod, as JSON. */
export const IN_PLACE_STATE = 'apps.kruise.io/inplace-update-state';

/** Images by container where the templates differ in nothing else; undefined where they do. */
export function imageChanges(before: JsonObject, after: JsonObject): readonly Container[] | undefined {
  if (!equal(withoutImages(before), withoutImages(after))) return undefined;
  const old = containersOf(before.spec);
  return containersOf(after.spec)
    .filter(({ image }, index) => old[index]?.image !== image)
    .map(({ name, image }) => ({ name, image }));
}

const withoutImages = (template: JsonObject): JsonObject =>
  changeObject(template, 'spec', (spec) => changeItems(spec, 'containers', (each) => without(each, 'image')));

/** Out of service first, then the images together with the revision that they are of. */
export function startInPlace(
  pod: KubeObject,
  images: readonly Container[],
  revision: string,
  time: string,
): readonly Action[] {
  const statuses = listAt(pod.status, 'containerStatuses').filter(isObject);
  const lastContainerStatuses = Object.fromEntries(
    images.map(({ name }) => [
      name,
      { imageID: statuses.find((status) => status.name === name)?.imageID ?? '' },
    ]),
  );
  const state = JSON.stringify({ revision, updateTimestamp: time, lastContainerStatuses });
  const patch = {
    metadata: { labels: { [REVISION_LABEL]: revision }, annotations: { [IN_PLACE_STATE]: state } },
    spec: { containers: images },
  };
  return [...(isGated(pod) ? [readiness(pod, 'False', time)] : []), { verb: 'patch', object: pod, patch }];
}

/** Lets a pod (back) into service whose containers are the wanted ones. */
export function finishInPlace(pod: KubeObject, time: string): readonly Action[] {
  if (!isGated(pod) || isUpdateReady(pod) || !isUpdated(pod)) return [];
  return [readiness(pod, 'True', time)];
}

/** No replacement of a container is under way. */
export const isUpdateReady = (pod: KubeObject): boolean =>
  !isGated(pod) || conditionOf(conditionsOf(pod.status), IN_PLACE_READY)?.status === 'True';

const isGated = (pod: KubeObject): boolean =>
  listAt(pod.spec, 'readinessGates').some((gate) => isObject(gate) && gate.conditionType === IN_PLACE_READY);

/** Each container that was to be replaced runs another image by id, or reports the one that is wanted. */
function isUpdated(pod: KubeObject): boolean {
  const text = pod.metadata.annotations?.[IN_PLACE_STATE];
  if (text === undefined) return true;
  const last = objectAt(JSON.parse(text), 'lastContainerStatuses');
  const statuses = listAt(pod.status, 'containerStatuses').filter(isObject);
  return containersOf(pod.spec).every(({ name, image }) => {
    const before = last[name];
    const status = statuses.find((each) => each.name === name);
    return (
      !isObject(before) || (status && (status.imageID !== before.imageID || status.image === image)) === true
    );
  });
}

const readiness = (pod: KubeObject, status: 'True' | 'False', time: string): Action => ({
  verb: 'patch',
  object: pod,
  subresource: 'status',
  patch: {
    status: {
      conditions: [
        {
          type: IN_PLACE_READY,
          status,
          lastTransitionTime: time,
          reason: status === 'True' ? '' : 'StartInPlaceUpdate',
        },
      ],
    },
  },
});
