import { BLUE_GREEN_ANNOTATION, COLOUR_LABEL, KEPT_ANNOTATION } from '../kubernetes/marks';
import { describeRef, keyOf, refOf, type KubeObject } from '../kubernetes/objects';
import { isReferredToByPods } from '../kubernetes/referred-to';
import { recordAt, stringAt, valueAt, withValueAt } from '../manifests/json';
import type { Rendered } from '../rendering/apply-override';
import { newestOf, otherThan, type Colour, type Colours } from './colours';
import {
  greenName,
  isDeployment,
  isService,
  pairOf,
  previewProblem,
  whyNotTwo,
  type Found,
  type Pair,
} from './pair';

export interface Coloured {
  readonly colours: Colours;
  /** The target's own release, which the objects are rendered from. */
  readonly release: string;
  /** The objects of the release of the other colour, rendered for the same cluster, where there is another. */
  readonly kept?: readonly KubeObject[];
}

/**
 * Makes a Deployment and its Service what a target's colours say: a Deployment for each, and the Service at one.
 *
 * A Service that has not gone over yet is wholly that of the release whose pods it selects, because its ports belong to
 * them; and what pods refer to by name stays for as long as there are pods of that release. Nothing is mutated.
 */
export const withColours = (
  objects: readonly KubeObject[],
  { colours, release, kept }: Coloured,
): Rendered => {
  const pair = pairOf(objects, colours.service);
  if (!pair.ok) {
    // Nothing has two colours, and the Deployment keeps its name: it is one like any other again.
    return kept === undefined && colours.active === 'blue' ? { ok: true, objects } : refused(pair.message);
  }
  const newest = newestOf(colours, release);
  const preview = colours.previewService;
  const coloured = replaced(objects, [
    [pair.deployment, inColour(pair.deployment, newest)],
    [pair.service, selecting(pair.service, newest, 'switch')],
    ...serviceNamed(objects, preview).map(
      (service) => [service, selecting(service, newest, 'preview')] as const,
    ),
  ]);
  if (kept === undefined) return { ok: true, objects: coloured };
  const problem =
    whyNotTwo(objects, pair) ?? (preview === undefined ? undefined : previewProblem(objects, preview, pair));
  if (problem !== undefined) return refused(problem);
  return beside(coloured, pair, { colours, release, kept }, newest);
};

const refused = (message: string): Rendered => ({
  ok: false,
  errors: [{ path: '/strategy/blueGreen', message }],
});

/** Puts the other colour beside the newest, with its Service where that is still the one to be served. */
const beside = (
  objects: readonly KubeObject[],
  pair: Pair,
  { colours, kept = [] }: Coloured,
  newest: Colour,
): Rendered => {
  const before = pairOf(kept, colours.service);
  const hasService = serviceNamed(kept, colours.service).length > 0;
  const colour = otherThan(newest);
  const keptRelease = colours[colour] ?? '';
  if (!before.ok && hasService)
    return refused(`release ${keptRelease}, whose pods stay until the switch: ${before.message}`);
  const deployment = before.ok ? before.deployment : namesakeOf(pair.deployment, kept);
  if (!deployment) return { ok: true, objects };
  const other = keptFrom(inColour(deployment, colour), keptRelease);
  if (objects.some((object) => keyOf(refOf(object)) === keyOf(refOf(other)))) {
    return refused(
      `${describeRef(refOf(other))} is in the manifests, and is there already with pods of release ${keptRelease}`,
    );
  }
  const served =
    before.ok && colours.active === colour
      ? objects.map((object) =>
          isTheService(object, before) ? selecting(before.service, colour, 'switch') : object,
        )
      : objects;
  return { ok: true, objects: [...served, other, ...stillReferredTo(objects, kept)] };
};

const isTheService = (object: KubeObject, { service }: Extract<Found, { ok: true }>): boolean =>
  keyOf(refOf(object)) === keyOf(refOf(service));

const serviceNamed = (objects: readonly KubeObject[], name: string | undefined): KubeObject[] =>
  objects.filter((object) => isService(object) && object.metadata.name === name);

/** Of a release that had no such Service: the Deployment that the newest one takes the place of. */
const namesakeOf = ({ metadata }: KubeObject, kept: readonly KubeObject[]): KubeObject | undefined =>
  kept.find((object) => isDeployment(object) && object.metadata.name === metadata.name);

const TEMPLATE_LABELS = ['spec', 'template', 'metadata', 'labels'] as const;

const inColour = (deployment: KubeObject, colour: Colour): KubeObject => {
  const label = { [COLOUR_LABEL]: colour };
  const { metadata } = deployment;
  const labelled = withValueAt(deployment, TEMPLATE_LABELS, {
    ...recordAt(deployment, ...TEMPLATE_LABELS),
    ...label,
  });
  const named = { ...labelled, metadata: { ...metadata, labels: { ...metadata.labels, ...label } } };
  if (colour === 'blue') return named;
  // Blue keeps the selector of the manifests: that of a Deployment which was there before cannot be changed.
  const selector = ['spec', 'selector', 'matchLabels'] as const;
  return {
    ...withValueAt(named, selector, { ...recordAt(named, ...selector), ...label }),
    metadata: { ...named.metadata, name: greenName(metadata.name) },
  };
};

const selecting = (service: KubeObject, colour: Colour, role: 'switch' | 'preview'): KubeObject => ({
  ...withValueAt(service, ['spec', 'selector', COLOUR_LABEL], colour),
  metadata: {
    ...service.metadata,
    annotations: { ...service.metadata.annotations, [BLUE_GREEN_ANNOTATION]: role },
  },
});

/** While it is served, no change of it (its label, a sidecar) may cost a pod: whatever is rolled is surged first. */
const keptFrom = (deployment: KubeObject, release: string): KubeObject => {
  const annotations = { ...deployment.metadata.annotations, [KEPT_ANNOTATION]: release };
  const marked = { ...deployment, metadata: { ...deployment.metadata, annotations } };
  if (stringAt(deployment, 'spec', 'strategy', 'type') === 'Recreate') return marked;
  const surge = valueAt(deployment, 'spec', 'strategy', 'rollingUpdate', 'maxSurge') ?? '25%';
  const rollingUpdate = { maxSurge: surge === 0 || surge === '0%' ? 1 : surge, maxUnavailable: 0 };
  return withValueAt(marked, ['spec', 'strategy'], { type: 'RollingUpdate', rollingUpdate });
};

const stillReferredTo = (objects: readonly KubeObject[], kept: readonly KubeObject[]): KubeObject[] => {
  const present = new Set(objects.map((object) => keyOf(refOf(object))));
  return kept.filter((object) => isReferredToByPods(object) && !present.has(keyOf(refOf(object))));
};

const replaced = (
  objects: readonly KubeObject[],
  changes: readonly (readonly [KubeObject, KubeObject])[],
): readonly KubeObject[] => {
  const by = new Map(changes);
  return objects.map((object) => by.get(object) ?? object);
};
