import {
  BLUE_GREEN_ANNOTATION,
  COLOUR_LABEL,
  KEPT_ANNOTATION,
  sameJson,
  type KubeObject,
} from '@keelson/domain';
import { recordAt, stringAt } from '../json';

/** The Service of a plan that goes over from the pods of one Deployment to those of another. */
export const isSwitch = ({ metadata }: KubeObject): boolean =>
  metadata.annotations?.[BLUE_GREEN_ANNOTATION] === 'switch';

/** Of an earlier release than the rest of the plan: it neither counts for the release nor is its health judged. */
export const isKept = ({ metadata }: KubeObject): boolean =>
  metadata.annotations?.[KEPT_ANNOTATION] !== undefined;

export const colourOf = (deployment: KubeObject): string | undefined =>
  deployment.kind === 'Deployment'
    ? stringAt(deployment, 'spec', 'template', 'metadata', 'labels', COLOUR_LABEL)
    : undefined;

export const wantedColour = (service: KubeObject): string | undefined =>
  stringAt(service, 'spec', 'selector', COLOUR_LABEL);

export const selectorOf = (service: KubeObject): Readonly<Record<string, unknown>> =>
  recordAt(service, 'spec', 'selector');

export const matches = (
  selector: Readonly<Record<string, unknown>>,
  labels: Readonly<Record<string, unknown>>,
): boolean => Object.entries(selector).every(([key, value]) => labels[key] === value);

/** Whether the Services of a plan select the colours that it says; whatever they have left may go then. */
export const isSwitched = (
  planned: readonly KubeObject[],
  lookUp: (object: KubeObject) => KubeObject | 'absent' | 'unknown',
): boolean =>
  planned.filter(isSwitch).every((service) => {
    const live = lookUp(service);
    return typeof live !== 'string' && sameJson(selectorOf(live), selectorOf(service));
  });
