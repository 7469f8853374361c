import type { KubeObject } from '@keelson/domain';
import { countAt } from '../json';
import { templateOf } from '../marks';
import { ownedBy } from '../owned';
import { isObserved } from '../sizes';

const REVISION = 'deployment.kubernetes.io/revision';
/** Wanted replicas of the Deployment when its controller last sized this ReplicaSet. */
const DESIRED = 'deployment.kubernetes.io/desired-replicas';

/** A Deployment's pods, as its ReplicaSets count them. */
export interface Family {
  /** The ReplicaSet of the planned template; undefined while there is none. */
  readonly current: KubeObject | undefined;
  /** Its pods, and the ready ones of them. */
  readonly updated: number;
  readonly ready: number;
  /** Pods of all other templates: how many there are to be, and how many there are. */
  readonly oldWanted: number;
  readonly oldPods: number;
  /** The Deployment's replicas that these sizes were made for; undefined in the middle of a scaling. */
  readonly sizedFor: number | undefined;
}

/** The ReplicaSets of a Deployment, as new and old with regard to the template of the plan. */
export const familyOf = (live: KubeObject, template: string, children: readonly KubeObject[]): Family => {
  const sets = ownedBy(live, 'ReplicaSet', children);
  const current = sets.find((set) => isCurrent(set, live, template));
  const old = sets.filter((set) => set !== current);
  const sizes = new Set(sets.filter((set) => countAt(set, 'spec', 'replicas') > 0).map(annotation(DESIRED)));
  const [sizedFor] = sizes.size === 1 ? sizes : [undefined];
  return {
    current,
    updated: countAt(current, 'status', 'replicas'),
    // Its status may be older than its last sizing: the pods above that are on their way out.
    ready: Math.min(countAt(current, 'status', 'readyReplicas'), countAt(current, 'spec', 'replicas')),
    oldWanted: sum(old, 'spec'),
    oldPods: sum(old, 'status'),
    sizedFor: sizedFor === undefined ? undefined : Number(sizedFor),
  };
};

/**
 * The controller copies a Deployment's annotations to the ReplicaSet of its template, and gives the Deployment that
 * one's revision. Both have to agree: a template that somebody else put in has the annotation of ours, and the revision
 * of a paused Deployment is still that of the template before. Until the controller has seen the template (it is new,
 * or goes back), the annotation is all there is.
 */
const isCurrent = (set: KubeObject, live: KubeObject, template: string): boolean => {
  if (templateOf(set) !== template) return false;
  if (templateOf(live) !== template) return true;
  const revision = annotation(REVISION)(live);
  return isObserved(live) && revision !== undefined && annotation(REVISION)(set) === revision;
};

const annotation =
  (name: string) =>
  ({ metadata }: KubeObject): string | undefined =>
    metadata.annotations?.[name];

const sum = (sets: readonly KubeObject[], where: 'spec' | 'status'): number =>
  sets.reduce((total, set) => total + countAt(set, where, 'replicas'), 0);
