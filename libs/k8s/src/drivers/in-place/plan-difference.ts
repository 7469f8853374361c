import { isRecord } from '../../drift/fields-v1';
import type { Fields } from './fields';
import { sameQuantity } from './quantity';

/** A place in an object: names of fields, and of list elements the value of their key. */
export type Place = readonly string[];

export const describePlace = (place: Place): string => `/${place.join('/')}`;

/**
 * Where an object does not have what a plan says, or `undefined` where it has all of it. Only what the plan names is
 * looked at, because the rest is the server's defaults or another manager's; and it is compared by meaning: a field
 * with its type's zero value may be absent (the server drops it), amounts may be written otherwise, lists that are
 * keyed may have more elements. The order of the plan's elements counts: it is the order that an apply would make.
 *
 * An exact comparison would need the plan in the server's normal form, a dry run each time; this one asks nobody, and
 * where it errs the upgrade is done by new pods, as it would have been without it.
 */
export const planDifference = (planned: unknown, live: unknown, place: Place = []): Place | undefined => {
  if (planned === null || (isZero(planned) && isZero(live))) return undefined;
  if (Array.isArray(planned)) {
    return Array.isArray(live) ? listDifference(planned, live, place) : place;
  }
  if (isRecord(planned)) return isRecord(live) ? fieldsDifference(planned, live, place) : place;
  return planned === live || (isAmount(place) && sameQuantity(planned, live)) ? undefined : place;
};

const isZero = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === 0 ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** `resources.limits.cpu`, `emptyDir.sizeLimit`, `resourceFieldRef.divisor`, `overhead.memory`. */
const isAmount = (place: Place): boolean =>
  ['sizeLimit', 'divisor'].includes(place.at(-1) ?? '') ||
  ['limits', 'requests', 'overhead'].includes(place.at(-2) ?? '');

const fieldsDifference = (planned: Fields, live: Fields, place: Place): Place | undefined => {
  for (const name in planned) {
    const difference = planDifference(planned[name], live[name], [...place, name]);
    if (difference) return difference;
  }
  return undefined;
};

const listDifference = (
  planned: readonly unknown[],
  live: readonly unknown[],
  place: Place,
): Place | undefined => {
  const keys = LIST_KEYS[place.at(-1) ?? ''];
  if (keys) return keyedDifference(planned, live, keys, place);
  if (planned.length !== live.length) return place;
  for (const [index, element] of planned.entries()) {
    const difference = planDifference(element, live[index], [...place, String(index)]);
    if (difference) return difference;
  }
  return undefined;
};

const keyedDifference = (
  planned: readonly unknown[],
  live: readonly unknown[],
  keys: readonly string[],
  place: Place,
): Place | undefined => {
  let before = -1;
  for (const element of planned) {
    const here = [...place, elementName(element, keys)];
    const index = live.findIndex((candidate) => keys.every((key) => sameKey(element, candidate, key)));
    if (index <= before) return here;
    before = index;
    const difference = planDifference(element, live[index], here);
    if (difference) return difference;
  }
  return undefined;
};

/** A key that the plan leaves to its default (a port's protocol) is any. */
const sameKey = (planned: unknown, live: unknown, key: string): boolean =>
  isRecord(planned) && isRecord(live) && (planned[key] === undefined || planned[key] === live[key]);

const elementName = (element: unknown, [key = '']: readonly string[]): string =>
  isRecord(element) ? String(element[key]) : String(element);

/** Lists of a pod's spec whose elements have keys (`listType: map`); every other list is replaced as a whole. */
const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  ports: ['containerPort', 'protocol'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  imagePullSecrets: ['name'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  resourceClaims: ['name'],
  claims: ['name'],
  schedulingGates: ['name'],
};
