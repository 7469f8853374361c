import type { KubeObject } from '@keelson/domain';
import type { BatchTarget, DriverStep, WorkloadDriver, WorkloadView } from '../types';
import { stepOfColour } from './step-of-colour';
import { stepOfService, type SeenColour } from './step-of-service';
import { colourOf, isSwitch, wantedColour } from './switch';

/** The Service of a plan that goes over, and the Deployments of its colours, as the cluster shows them. */
export interface TwoColours {
  readonly service: KubeObject;
  readonly live: KubeObject | undefined;
  readonly colours: readonly SeenColour[];
}

/** Undefined for a plan without colours; unknown as soon as one view is. */
export const twoColoursIn = (
  planned: readonly KubeObject[],
  viewOf: (object: KubeObject) => WorkloadView | 'unknown',
): TwoColours | 'unknown' | undefined => {
  const service = planned.find(isSwitch);
  if (!service) return undefined;
  const seen = viewOf(service);
  if (seen === 'unknown') return 'unknown';
  const colours: SeenColour[] = [];
  for (const deployment of planned.filter((object) => colourOf(object) !== undefined)) {
    const view = viewOf(deployment);
    if (view === 'unknown') return 'unknown';
    colours.push({ planned: deployment, view });
  }
  return { service, live: seen.live, colours };
};

/** The step of an object that is one of the two colours, or their Service; undefined for any other. */
export const stepInColours = (
  { service, live, colours }: TwoColours,
  object: KubeObject,
  target: BatchTarget,
  driver: WorkloadDriver | undefined,
): DriverStep | undefined => {
  if (object === service) {
    const to = colours.find(({ planned }) => colourOf(planned) === wantedColour(service));
    return stepOfService(service, live, colours, to);
  }
  const colour = colours.find(({ planned }) => planned === object);
  if (!colour || !driver) return undefined;
  const seen = { planned: service, live, hasOther: colours.length > 1 };
  return stepOfColour(driver, object, target, colour.view, seen);
};
