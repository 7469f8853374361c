import { COLOUR_LABEL, describeRef, refOf, type KubeObject } from '@keelson/domain';
import { sameImages } from '../in-place';
import { numberAt, recordAt } from '../json';
import { marked } from '../marks';
import { desiredOf } from '../sizes';
import type { BatchTarget, DriverStep, WorkloadDriver, WorkloadView } from '../types';
import { colourOf, isKept, matches, selectorOf, wantedColour } from './switch';

/** A colour that nobody is served by: it is as its plan says, at once. */
const WHOLE: BatchTarget = { share: '100%', update: 'Recreate' };
/** Served, and to be left: nothing of it moves any more, except its count. */
const STANDING: BatchTarget = { share: '0%', update: 'Recreate' };
/**
 * Served, and there is nothing to switch: a label is put on the pods as they are. Where a container would have to restart
 * new pods come first instead, because an upgrade in place takes at least one out of the Service.
 */
const served = (planned: KubeObject, live: KubeObject | undefined): BatchTarget => ({
  share: '100%',
  update: live && sameImages(planned, live) ? 'InPlaceIfPossible' : 'Recreate',
});

export interface SeenService {
  readonly planned: KubeObject;
  readonly live: KubeObject | undefined;
  /** Pods of another release are there too, or are to be. */
  readonly hasOther: boolean;
}

/** One of two Deployments. Only the colour that the Service selects, and is to select, moves at the pace of the batch. */
export const stepOfColour = (
  driver: WorkloadDriver,
  planned: KubeObject,
  target: BatchTarget,
  view: WorkloadView,
  service: SeenService,
): DriverStep => {
  const labels = recordAt(planned, 'spec', 'template', 'metadata', 'labels');
  const selector = service.live && selectorOf(service.live);
  const isServed = selector !== undefined && matches(selector, labels);
  const isWanted = colourOf(planned) === wantedColour(service.planned);
  const hasPods = view.live !== undefined && numberAt(view.live, 'spec', 'replicas') !== 0;
  const isTooEarly = isServed && service.hasOther && !(isWanted && COLOUR_LABEL in selector);
  if (isTooEarly && !hasPods && !isKept(planned)) return withoutPods(planned, view, service.planned);
  const hasNoColour = view.live !== undefined && colourOf(view.live) === undefined;
  if ((isWanted && isKept(planned)) || ((isWanted || isServed) && hasNoColour)) {
    return driver.step(planned, served(planned, view.live), view);
  }
  if (isWanted) return driver.step(planned, target, view);
  return driver.step(planned, isServed ? STANDING : WHOLE, view);
};

/** A Service without colours would select its pods as soon as they are Ready. */
const withoutPods = (planned: KubeObject, { live }: WorkloadView, service: KubeObject): DriverStep => ({
  object: { ...marked(planned), spec: { ...(planned['spec'] as object), replicas: 0 } },
  patches: [],
  progress: {
    reached: false,
    desired: desiredOf(planned, live),
    updated: 0,
    ready: 0,
    message: `it comes up when ${describeRef(refOf(service))} selects by colour`,
  },
});
