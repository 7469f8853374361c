import { keyOf, refOf, type KubeObject } from '../kubernetes/objects';
import { containerWarnings } from './containers';
import { disruptionWarnings } from './disruptions';
import { sceneOf } from './scene';
import { serviceWarnings } from './services';
import type { Warning } from './warning';

export { WARNING_CODES, type Warning, type WarningCode } from './warning';

/** Nobody reads more than this. */
const MAX_WARNINGS = 100;

/**
 * What a release of these manifests leaves out that keeps an application up while its pods come and go. As the manifests
 * say it: overrides and scales differ from cluster to cluster. In the manifests' order.
 */
export const warningsOf = (objects: readonly KubeObject[]): Warning[] => {
  const scene = sceneOf(objects);
  const place = new Map(objects.map((object, index) => [keyOf(refOf(object)), index]));
  const placeOf = ({ object }: Warning): number => place.get(keyOf(object)) ?? 0;
  return [...serviceWarnings(scene), ...containerWarnings(scene), ...disruptionWarnings(scene)]
    .sort((a, b) => placeOf(a) - placeOf(b))
    .slice(0, MAX_WARNINGS);
};
