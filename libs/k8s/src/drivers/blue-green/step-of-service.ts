import { COLOUR_LABEL, describeRef, refOf, sameJson, type KubeObject } from '@keelson/domain';
import { isUnderWay } from '../in-place';
import { countAt, valueAt } from '../json';
import { templateHash, templateOf } from '../marks';
import { ownedBy } from '../owned';
import { isReady } from '../pods';
import { desiredOf } from '../sizes';
import type { BatchProgress, DriverStep, WorkloadView } from '../types';
import { colourOf, isKept, matches, selectorOf } from './switch';

/** A Deployment of one colour, as planned and as it is. */
export interface SeenColour {
  readonly planned: KubeObject;
  readonly view: WorkloadView;
}

/**
 * Lets a Service go over when that costs it no Ready pod, or when what it goes to is ready in full: so whatever is
 * wanted, and whatever was begun before (a way back, a newer release, the labels of pods that had none), it never
 * selects fewer Ready pods than it did, unless fewer are wanted. Its ports stay with the pods that they belong to.
 *
 * @param to the Deployment of the colour that it is to select
 */
export const stepOfService = (
  service: KubeObject,
  live: KubeObject | undefined,
  colours: readonly SeenColour[],
  to: SeenColour | undefined,
): DriverStep => {
  const planned = (progress: BatchProgress): DriverStep => ({ object: service, patches: [], progress });
  const [before, after] = [live && selectorOf(live), selectorOf(service)];
  const name = describeRef(refOf(service));
  if (!live || !before || sameJson(before, after))
    return planned(told(true, `${name} selects the pods that it should`));
  const served = readyPods(
    colours.flatMap(({ view }) => view.children),
    before,
  ).length;
  const standIn = (selector: Selector, message: string): DriverStep => {
    const ports = valueAt(live, 'spec', 'ports');
    const spec = { ...(service['spec'] as object), selector, ...(ports === undefined ? {} : { ports }) };
    return { object: { ...service, spec }, patches: [], progress: told(false, message) };
  };
  if (colours.some(isUnseen))
    return standIn(before, `${name} stays where it is: its pods cannot be seen yet`);
  const readiness = (to: SeenColour, selector: Selector) => {
    const needed = Math.min(served, desiredOf(to.planned, to.view.live));
    return { needed, ready: readyPods(podsOf(to), selector).length };
  };
  const first =
    to && !isKept(to.planned) && !(COLOUR_LABEL in before)
      ? colours.find((each) => isKept(each.planned))
      : undefined;
  if (first) {
    // From all pods to those that were there, so that the new ones can come up without being selected.
    const between = { ...before, [COLOUR_LABEL]: colourOf(first.planned) };
    const { needed, ready } = readiness(first, between);
    const message = `${name} is to select by colour first: ${ready} of ${needed} pods have one`;
    return standIn(ready >= needed ? between : before, message);
  }
  const { needed, ready } = to ? readiness(to, after) : { needed: served, ready: 0 };
  if (ready >= needed) return planned(told(false, `${name} is to go over`));
  return standIn(
    before,
    `${name} stays where it is: of the pods that it is to select ${ready} of ${needed} are ready`,
  );
};

/** Its controller tells of pods of which none has come to us: nobody knows what the Service has. */
const isUnseen = ({ view: { live, children } }: SeenColour): boolean =>
  children.length === 0 && countAt(live, 'status', 'replicas') > 0;

type Selector = Readonly<Record<string, unknown>>;

/** It has no pods of its own to count. */
const told = (reached: boolean, message: string): BatchProgress => ({
  reached,
  desired: 0,
  updated: 0,
  ready: 0,
  message,
});

/** Each once: the selector of blue, which is the manifests' own, matches the pods of green as well. */
const readyPods = (children: readonly KubeObject[], selector: Selector): readonly KubeObject[] => {
  const found = children.filter(
    (child) => child.kind === 'Pod' && isReady(child) && matches(selector, child.metadata.labels ?? {}),
  );
  return [...new Map(found.map((pod) => [pod.metadata.name, pod])).values()];
};

/**
 * Pods that are as the plan has them: a colour that was there for a release before has that one's pods for as long as it
 * is rolled. Of a release that is kept, and of pods that get the label of their colour, whatever is there is right.
 */
const podsOf = ({ planned, view: { live, children } }: SeenColour): readonly KubeObject[] => {
  if (!live) return [];
  if (isKept(planned) || isUnderWay(live)) return children;
  const template = templateHash(planned);
  return ownedBy(live, 'ReplicaSet', children)
    .filter((set) => templateOf(set) === template)
    .flatMap((set) => ownedBy(set, 'Pod', children));
};
