import type { KubeObject } from '@keelson/domain';
import { countAt, valueAt } from '../json';
import { ownedBy } from '../owned';
import { TEMPLATE_HASH_LABEL } from './marks';
import { needsNewPods, nothingToUpgrade, type NotInPlace } from './not-in-place';
import { isActive } from './pod-state';
import { templateOf } from './template';
import { fixedDifference, sameTemplate, templateChanges, type Upgrade } from './upgrade';
import { oldestFirst } from './upgrade-pods';

/** A Deployment whose pods are all of one ReplicaSet: only such a one is upgraded in place. */
export interface Family {
  readonly live: KubeObject;
  readonly current: KubeObject;
  /** ReplicaSets without pods: earlier revisions. */
  readonly idle: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
}

export const isPaused = (deployment: KubeObject): boolean => valueAt(deployment, 'spec', 'paused') === true;

/**
 * While the controller is rolling there are two templates with pods, and no order of patches after which it would
 * leave both alone: then it has to finish, or the plan is rolled too.
 */
export const familyOf = (
  live: KubeObject,
  children: readonly KubeObject[],
  upgrade: Upgrade,
): Family | NotInPlace => {
  const sets = ownedBy(live, 'ReplicaSet', children);
  const podsOf = (set: KubeObject) => ownedBy(set, 'Pod', children).filter(isActive);
  const used = sets.filter((set) => countAt(set, 'spec', 'replicas') > 0 || podsOf(set).length > 0);
  const [current, ...others] = used;
  if (!current) return nothingToUpgrade('it has no pods');
  const rolling = templateChanges(upgrade, templateOf(live)) ? needsNewPods : nothingToUpgrade;
  if (others.length > 0) return rolling('its pods are of several ReplicaSets: a rolling update is under way');
  const difference = fixedDifference(templateOf(current), templateOf(live));
  if (difference) return rolling(`its pods have another ${difference}: a rolling update is under way`);
  if (!isPaused(live) && !sameTemplate(templateOf(current), templateOf(live), TEMPLATE_HASH_LABEL)) {
    return rolling('its pods have other images: a rolling update is under way');
  }
  return { live, current, idle: sets.filter((set) => set !== current), pods: oldestFirst(podsOf(current)) };
};
