import { type KubeObject } from '@keelson/domain';
import { safeHash } from '../../ids';
import { type JsonObject, isObject, listAt, objectAt, textAt, without } from '../../json';

/** Annotations of pods by which a SidecarSet knows its own; the values are JSON by the set's name. */
export const HASH = 'kruise.io/sidecarset-hash';
export const HASH_WITHOUT_IMAGE = 'kruise.io/sidecarset-hash-without-image';
export const INJECTED = 'kruise.io/sidecarset-injected-list';

export const sidecarsOf = (set: KubeObject): readonly JsonObject[] =>
  listAt(set.spec, 'containers').filter(isObject);

export const hashOf = (set: KubeObject): string => safeHash(partsOf(set, sidecarsOf(set)));

export const hashWithoutImage = (set: KubeObject): string =>
  safeHash(
    partsOf(
      set,
      sidecarsOf(set).map((container) => without(container, 'image')),
    ),
  );

const partsOf = (set: KubeObject, containers: readonly JsonObject[]): object => ({
  containers,
  volumes: listAt(set.spec, 'volumes'),
});

/** The annotations of a pod whose sidecars are those of the set now; what other sets noted stays. */
export function marksFor(pod: KubeObject, set: KubeObject, time: string): Record<string, string> {
  const { name } = set.metadata;
  const note = (key: string, hash: string) => {
    const sidecarList = sidecarsOf(set).map((container) => String(container.name));
    const entry = { updateTimestamp: time, hash, sidecarSetName: name, sidecarList };
    return JSON.stringify({ ...notesIn(pod, key), [name]: entry });
  };
  const injected = new Set((pod.metadata.annotations?.[INJECTED] ?? '').split(',').filter(Boolean)).add(name);
  return {
    [HASH]: note(HASH, hashOf(set)),
    [HASH_WITHOUT_IMAGE]: note(HASH_WITHOUT_IMAGE, hashWithoutImage(set)),
    [INJECTED]: [...injected].sort().join(','),
  };
}

/** The hash that the pod has of a set; undefined when the set never was in it. */
export const notedHash = (pod: KubeObject, key: string, set: string): string | undefined =>
  textAt(objectAt(notesIn(pod, key), set), 'hash');

function notesIn({ metadata }: KubeObject, key: string): JsonObject {
  const text = metadata.annotations?.[key];
  if (text === undefined) return {};
  try {
    const notes: unknown = JSON.parse(text);
    return isObject(notes) ? notes : {};
  } catch {
    // Somebody else wrote it: then the set is not known to be in the pod.
    return {};
  }
}
