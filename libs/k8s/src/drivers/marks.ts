import { contentHash, TEMPLATE_ANNOTATION, type KubeObject } from '@keelson/domain';
import { numberAt, recordAt, valueAt } from './json';

/**
 * Annotation of a workload that is held back in the middle of its batches: the hash of the template that it had
 * before, whatever superseded what since. Its presence says that the object is not the plan's; its value, what it
 * means to go back.
 */
export const HELD_FROM_ANNOTATION = 'keelson.dev/held-from';

/** What was there before was applied by somebody who left no hash. */
const UNKNOWN_TEMPLATE = 'unknown';

/**
 * Pods become Ready and never available, so that a rolling update stops where its numbers say. The greatest values
 * that the API server takes: the deadline must be the greater.
 */
export const HOLD = { minReadySeconds: 2_147_483_646, progressDeadlineSeconds: 2_147_483_647 } as const;

/** 80 bits, as for the hash of a plan. */
const HASH_LENGTH = 20;

/** The hash of the pod template as planned; of a SidecarSet, of all that it puts into pods. */
export const templateHash = (planned: KubeObject): string => markOf(planned).template;

/** The plan's object, with the mark of its template. */
export const marked = (planned: KubeObject): KubeObject => markOf(planned).object;

interface Mark {
  readonly template: string;
  readonly object: KubeObject;
}

/** One object of a plan is in a thousand clusters, and looked at many times in each: it is hashed once. */
const marks = new WeakMap<KubeObject, Mark>();

const markOf = (planned: KubeObject): Mark => {
  const known = marks.get(planned);
  if (known) return known;
  const template = contentHash(templateIn(planned) ?? null).slice(0, HASH_LENGTH);
  const mark = { template, object: withAnnotations(planned, { [TEMPLATE_ANNOTATION]: template }) };
  marks.set(planned, mark);
  return mark;
};

const templateIn = (planned: KubeObject): unknown => {
  if (planned.kind !== 'SidecarSet') return valueAt(planned, 'spec', 'template');
  const { updateStrategy: _, ...injected } = recordAt(planned, 'spec');
  return injected;
};

/** Stands in for the plan's object: other fields in its spec, and the mark that says so. */
export const standIn = (
  plan: KubeObject,
  live: KubeObject,
  spec: Readonly<Record<string, unknown>>,
): KubeObject => ({
  ...withAnnotations(plan, { [HELD_FROM_ANNOTATION]: before(live) ?? UNKNOWN_TEMPLATE }),
  spec: { ...(plan['spec'] as object | undefined), ...spec },
});

/** Of a hold that has lost its mark nobody knows where it came from; its own template is what it went to. */
const before = (live: KubeObject): string | undefined => (isHeld(live) ? heldFrom(live) : templateOf(live));

/** The template that an object was applied with; undefined when it was not applied by us. */
export const templateOf = (object: KubeObject): string | undefined =>
  object.metadata.annotations?.[TEMPLATE_ANNOTATION];

/** The template that a held workload had before it was held. */
export const heldFrom = (live: KubeObject): string | undefined =>
  live.metadata.annotations?.[HELD_FROM_ANNOTATION];

/** The numbers speak too: somebody may have removed the annotation. */
export const isHeld = (live: KubeObject): boolean =>
  heldFrom(live) !== undefined || numberAt(live, 'spec', 'minReadySeconds') === HOLD.minReadySeconds;

const withAnnotations = (object: KubeObject, annotations: Readonly<Record<string, string>>): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
});
