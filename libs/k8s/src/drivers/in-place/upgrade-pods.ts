import { refOf, type KubeObject } from '@keelson/domain';
import { generationOf } from '../../apply/fence';
import type { ChildPatch } from '../types';
import { podsToPatch, type Candidate } from './choose-pods';
import { IN_PLACE_ANNOTATION, REVISION_LABEL, TEMPLATE_HASH_LABEL } from './marks';
import { formatNote, nextNote, noteOf } from './pod-note';
import { podState } from './pod-state';
import { metadataOf, METADATA_MAPS, type MetadataMap, type Template } from './template';
import { allKeys, changesOf, type TemplatePatch, type Upgrade } from './upgrade';

/** The pods of one workload, and what they are to become. */
export interface PodUpgrade {
  /** In the order in which they go. */
  readonly pods: readonly KubeObject[];
  readonly upgrade: Upgrade;
  /** The templates that a pod may have been made from: their keys that are no longer wanted are taken away. */
  readonly bases: (pod: KubeObject) => readonly Template[];
  /** The label by which the workload's controller takes a pod for one of the new revision; none for a Deployment. */
  readonly revision?: string;
  readonly isStrayed: (pod: KubeObject) => boolean;
}

export interface PodLimits {
  readonly limit: number;
  readonly desired: number;
  readonly maxUnavailable: number;
}

/** What has to change in it; nothing when its spec is as the plan wants it. */
export interface PodCandidate extends Candidate {
  readonly changes: TemplatePatch | undefined;
}

export const candidatesOf = (to: PodUpgrade): readonly PodCandidate[] => {
  const changedIn = changedKeys(to.upgrade);
  return to.pods.map((pod) => {
    const changes = pendingChanges(pod, to, changedIn);
    const updated = changes === undefined;
    const restarts = changes !== undefined && changes.spec.containers.length > 0;
    return { ...podState(pod), changes, updated, restarts, strayed: !updated && to.isStrayed(pod) };
  });
};

export const podPatches = (
  { revision }: PodUpgrade,
  candidates: readonly PodCandidate[],
  limits: PodLimits,
): readonly ChildPatch[] =>
  podsToPatch({ candidates, ...limits }).flatMap(({ pod, changes }) =>
    changes ? [childPatch(pod, podPatch(pod, changes, revision))] : [],
  );

/** So that a step worked out twice names the same pods, whatever order the cluster lists them in. */
export const oldestFirst = (pods: readonly KubeObject[]): readonly KubeObject[] =>
  [...pods].sort((a, b) => compare(ageKey(a), ageKey(b)));

const ageKey = ({ metadata }: KubeObject): string =>
  `${String(metadata['creationTimestamp'])} ${metadata.name}`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A strategic merge patch of this very object, as it was seen. */
export const childPatch = (object: KubeObject, patch: Readonly<Record<string, unknown>>): ChildPatch => ({
  ref: refOf(object),
  uid: object.metadata.uid ?? '',
  resourceVersion: object.metadata.resourceVersion ?? '',
  generation: generationOf(object),
  type: 'strategic',
  patch,
});

type Keys = Readonly<Record<MetadataMap, readonly string[]>>;

const pendingChanges = (
  pod: KubeObject,
  { upgrade, bases, revision }: PodUpgrade,
  changedIn: (base: Template) => Keys,
): TemplatePatch | undefined => {
  // Of any other key the pod's own value stands: labels and annotations of pods are changed by many hands.
  const keys = [noteOf(pod).keys, ...bases(pod).map(changedIn)];
  const changes = changesOf(upgrade, pod, {
    labels: keys.flatMap(({ labels }) => labels),
    annotations: keys.flatMap(({ annotations }) => annotations),
  });
  const isOfRevision = revision === undefined || pod.metadata.labels?.[REVISION_LABEL] === revision;
  return changes ?? (isOfRevision ? undefined : { metadata: {}, spec: { containers: [] } });
};

/** Keys whose value changes from a base. Worked out once for each: a thousand pods have two bases at most. */
const changedKeys = (upgrade: Upgrade): ((base: Template) => Keys) => {
  const known = new Map<Template, Keys>();
  return (base) => {
    const keys = known.get(base) ?? {
      labels: changedIn(upgrade, base, 'labels').filter((key) => !OF_CONTROLLERS.has(key)),
      annotations: changedIn(upgrade, base, 'annotations'),
    };
    known.set(base, keys);
    return keys;
  };
};

const changedIn = (upgrade: Upgrade, base: Template, map: MetadataMap): readonly string[] =>
  allKeys(upgrade, base)[map].filter((key) => metadataOf(base, map)[key] !== upgrade[map][key]);

/** In a ReplicaSet's template and in no Deployment's; and what is patched by its own rule. */
const OF_CONTROLLERS: ReadonlySet<string> = new Set([TEMPLATE_HASH_LABEL, REVISION_LABEL]);

const podPatch = (
  pod: KubeObject,
  { metadata, spec }: TemplatePatch,
  revision: string | undefined,
): Readonly<Record<string, unknown>> => {
  const [labels = [], annotations = []] = METADATA_MAPS.map((map) => Object.keys(metadata[map] ?? {}));
  const containers = spec.containers.map(({ name }) => name);
  const note = formatNote(nextNote(pod, containers, { labels, annotations }));
  return {
    metadata: {
      labels: { ...metadata.labels, ...(revision === undefined ? {} : { [REVISION_LABEL]: revision }) },
      annotations: { ...metadata.annotations, [IN_PLACE_ANNOTATION]: note },
    },
    ...(containers.length > 0 ? { spec } : {}),
  };
};
