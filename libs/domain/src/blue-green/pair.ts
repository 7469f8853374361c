import type { FieldError } from '../kernel/decider';
import { COLOUR_LABEL } from '../kubernetes/marks';
import { describeRef, groupOf, keyOf, refOf, type KubeObject } from '../kubernetes/objects';
import { scalableWorkloads } from '../manifests';
import { recordAt, stringAt } from '../manifests/json';
import { isDnsSubdomain } from '../manifests/names';
import { podTemplatePaths } from '../manifests/pod-templates';
import type { Strategy } from '../strategy';

/** A Service and the one Deployment whose pods it selects. */
export interface Pair {
  readonly service: KubeObject;
  readonly deployment: KubeObject;
}

export type Found = ({ readonly ok: true } & Pair) | { readonly ok: false; readonly message: string };

export const isDeployment = ({ apiVersion, kind }: KubeObject): boolean =>
  kind === 'Deployment' && groupOf(apiVersion) === 'apps';

export const isService = ({ apiVersion, kind }: KubeObject): boolean =>
  kind === 'Service' && groupOf(apiVersion) === '';

export const greenName = (name: string): string => `${name}-green`;

/** Why a Service and a Deployment of these manifests cannot be two colours, in words; else the two. */
export const pairOf = (objects: readonly KubeObject[], name: string): Found => {
  const [service, ...others] = objects.filter((object) => isService(object) && object.metadata.name === name);
  if (!service) return no(`there is no Service ${name} in the manifests`);
  if (others.length > 0) return no(`there are several Services ${name} in the manifests`);
  const selector = recordAt(service, 'spec', 'selector');
  if (Object.keys(selector).length === 0) return no(`Service ${name} has no selector`);
  if (COLOUR_LABEL in selector)
    return no(`Service ${name} selects by ${COLOUR_LABEL}, which is not for manifests`);
  const selected = objects.filter((object) => isSelected(object, service, selector));
  const [deployment] = selected;
  if (!deployment) return no(`Service ${name} selects the pods of no Deployment in the manifests`);
  if (selected.length > 1 || !isDeployment(deployment)) {
    const all = selected.map((object) => describeRef(refOf(object))).join(', ');
    return no(
      `Service ${name} must select the pods of one Deployment and of nothing else; it selects those of ${all}`,
    );
  }
  return { ok: true, service, deployment };
};

const no = (message: string): Found => ({ ok: false, message });

const isSelected = (
  object: KubeObject,
  { metadata }: KubeObject,
  selector: Record<string, unknown>,
): boolean =>
  object.metadata.namespace === metadata.namespace &&
  podTemplatePaths(object).some((path) => {
    const labels = recordAt(object, ...path, 'metadata', 'labels');
    return Object.entries(selector).every(([key, value]) => labels[key] === value);
  });

/** What keeps a pair from being two Deployments at once, in words. */
export const whyNotTwo = (objects: readonly KubeObject[], { deployment }: Pair): string | undefined => {
  const ref = refOf(deployment);
  const green = greenName(ref.name);
  if (
    scalableWorkloads(objects).some((workload) => workload.autoscaled && keyOf(workload.ref) === keyOf(ref))
  ) {
    return `${describeRef(ref)} is scaled by an autoscaler, which knows only one of two colours`;
  }
  if (objects.some((object) => keyOf(refOf(object)) === keyOf({ ...ref, name: green }))) {
    return `Deployment ${green} is in the manifests, and is what the other colour of ${ref.name} is called`;
  }
  if (!isDnsSubdomain(green)) return `${describeRef(ref)} has too long a name for ${green}`;
  const own = recordAt(deployment, 'spec', 'template', 'metadata', 'labels')[COLOUR_LABEL];
  const selected = stringAt(deployment, 'spec', 'selector', 'matchLabels', COLOUR_LABEL);
  return own === undefined && selected === undefined
    ? undefined
    : `${describeRef(ref)} has the label ${COLOUR_LABEL}, which is not for manifests`;
};

/** What keeps these manifests from being released blue-green. Paths are JSON Pointers below `base`. */
export const validateBlueGreen = (
  objects: readonly KubeObject[],
  { blueGreen }: Strategy,
  base = '/strategy',
): FieldError[] => {
  if (!blueGreen) return [];
  const { service, previewService } = blueGreen;
  const path = `${base}/blueGreen`;
  const main = pairOf(objects, service);
  if (!main.ok) return [{ path: `${path}/service`, message: main.message }];
  const why = whyNotTwo(objects, main);
  if (why !== undefined) return [{ path: `${path}/service`, message: why }];
  if (previewService === undefined || previewService === service) return [];
  const message = previewProblem(objects, previewService, main);
  return message === undefined ? [] : [{ path: `${path}/previewService`, message }];
};

/** Why a Service cannot show the newest colour of a pair, in words. */
export const previewProblem = (
  objects: readonly KubeObject[],
  name: string,
  { deployment }: Pair,
): string | undefined => {
  const preview = pairOf(objects, name);
  if (!preview.ok) return preview.message;
  return preview.deployment === deployment
    ? undefined
    : `Service ${name} selects the pods of ${describeRef(refOf(preview.deployment))}, not of ${describeRef(refOf(deployment))}`;
};
