import { GENERATION_ANNOTATION, isSecret, PLAN_ANNOTATION, type KubeObject } from '@keelson/domain';
import { indexIn, isRecord, owns, touches, type FieldNode } from './fields-v1';
import { isOurs, managedFieldsOf, ourFields } from './managed-fields';
import { maskedAt } from './mask';
import type { Remembered } from './normal-form';
import { sameJson } from './same-json';

/**
 * One difference between what we applied and what is live. `path` is a JSON Pointer into the object as planned
 * (elements of lists by their place among the planned ones); `from` the planned value, `to` the live one.
 * `manager` and `at` (RFC 3339) name who owns the path now; nobody is named for a field that was removed.
 */
export interface Drift {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
  readonly manager?: string;
  readonly at?: string;
}

/** Where the comparison stands: the pointer for people, the raw entries to ask managedFields. */
interface Place {
  readonly pointer: string;
  readonly raw: readonly string[];
}

interface Difference extends Place {
  readonly from: unknown;
  readonly to: unknown;
}

/**
 * Compares exactly, by value, at the paths that our apply owns; fields of others are not looked at.
 * What is missing is reported once, at the highest missing place.
 */
export const driftOf = (remembered: Remembered, live: KubeObject): readonly Drift[] => {
  const found: Difference[] = [];
  compare(remembered.form.fields, remembered.form.values, live, { pointer: '', raw: [] }, live, found);
  compareMark(PLAN_ANNOTATION, remembered.plan, live, found);
  compareMark(GENERATION_ANNOTATION, remembered.generation, live, found);
  const secret = isSecret(live);
  return found.map((difference) => describe(difference, live, secret));
};

const compare = (
  node: FieldNode,
  was: unknown,
  now: unknown,
  place: Place,
  live: KubeObject,
  found: Difference[],
): void => {
  // Owned but never stored (`stringData`, an explicit null): nothing to hold the live object to.
  if (was === undefined || was === null) return;
  if (now === undefined || now === null) found.push({ ...place, from: was, to: now });
  else if (node.edges.length === 0) compareLeaf(was, now, place, live, found);
  else if (Array.isArray(was)) compareElements(node, was, now, place, live, found);
  else if (!isRecord(was) || !isRecord(now)) compareLeaf(was, now, place, live, found);
  else {
    for (const { raw, select, node: child } of node.edges) {
      if (select.by !== 'field') continue;
      const next = step(place, raw, select.name);
      compare(child, was[select.name], now[select.name], next, live, found);
    }
  }
};

const compareElements = (
  node: FieldNode,
  was: readonly unknown[],
  now: unknown,
  place: Place,
  live: KubeObject,
  found: Difference[],
): void => {
  if (!Array.isArray(now)) {
    found.push({ ...place, from: was, to: now });
    return;
  }
  for (const { raw, select, node: child } of node.edges) {
    const planned = indexIn(was, select);
    if (planned < 0) continue;
    const element: unknown = now[indexIn(now, select)];
    compare(child, was[planned], element, step(place, raw, String(planned)), live, found);
  }
};

/**
 * A leaf may be an atomic object or list, which is ours as a whole, or a granular one that the plan leaves empty
 * (`securityContext: {}`) and that others or the server's defaults may fill. fieldsV1 looks the same for both.
 * What tells them apart: a change inside something atomic takes it from us, a field added inside something granular
 * does not. Reporting the latter would be a drift that no apply can put right, found again for ever.
 */
const compareLeaf = (
  was: unknown,
  now: unknown,
  place: Place,
  live: KubeObject,
  found: Difference[],
): void => {
  if (sameJson(was, now)) return;
  const sameShape = Array.isArray(was) ? Array.isArray(now) : isRecord(was) && isRecord(now);
  if (sameShape && stillOurs(was, place, live)) return;
  found.push({ ...place, from: was, to: now });
};

const stillOurs = (was: unknown, place: Place, live: KubeObject): boolean => {
  // An object whose managedFields were trimmed away: only an empty plan is taken for granular.
  if (managedFieldsOf(live).length === 0) return sameJson(was, {}) || sameJson(was, []);
  const fields = ourFields(live);
  return fields !== undefined && owns(fields, place.raw);
};

const compareMark = (
  annotation: string,
  was: string | undefined,
  live: KubeObject,
  found: Difference[],
): void => {
  const now = live.metadata.annotations?.[annotation];
  if (was === undefined || was === now) return;
  const raw = ['f:metadata', 'f:annotations', `f:${annotation}`];
  found.push({ pointer: `/metadata/annotations/${escapePointer(annotation)}`, raw, from: was, to: now });
};

const step = (place: Place, raw: string, token: string): Place => ({
  pointer: `${place.pointer}/${escapePointer(token)}`,
  raw: [...place.raw, raw],
});

/** RFC 6901. */
const escapePointer = (token: string): string => token.replace(/~/g, '~0').replace(/\//g, '~1');

const describe = (difference: Difference, live: KubeObject, secret: boolean): Drift => {
  const { pointer, from, to } = difference;
  const owner = to === undefined ? undefined : ownerOf(difference.raw, live);
  return {
    path: pointer,
    from: secret ? maskedAt(pointer, from, '*** (planned)') : from,
    to: secret ? maskedAt(pointer, to, '*** (live)') : to,
    ...(owner?.manager ? { manager: owner.manager } : {}),
    ...(owner?.time ? { at: owner.time } : {}),
  };
};

/** Of the managers that own the place now, the one that wrote last. */
const ownerOf = (raw: readonly string[], live: KubeObject) =>
  managedFieldsOf(live)
    .filter((entry) => !isOurs(entry) && entry.fieldsV1 && touches(entry.fieldsV1, raw))
    .sort((a, b) => (b.time ?? '').localeCompare(a.time ?? ''))[0];
