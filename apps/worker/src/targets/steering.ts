import { keyOf, refOf, type KubeObject } from '@keelson/domain';
import {
  childrenOf,
  drive,
  isSwitch,
  type Collection,
  type CollectionWatches,
  type Driven,
  type LiveCache,
  type WorkloadView,
} from '@keelson/k8s';
import type { Desired, PlanObjects } from './desired';
import { lookUp } from './judge-target';

/** What is to be in the cluster now: the plan, with stand-ins for its workloads. */
export interface Course extends Omit<Driven, 'objects'> {
  readonly waves: readonly (readonly KubeObject[])[];
  /** Stand-ins that differ from what was sent last: the step that is due. */
  readonly due: readonly KubeObject[];
}

/**
 * Takes a target's workloads through its batches. The drivers say what follows from what is there; this remembers what
 * was sent last, so that the same step is not sent again and again. After a restart nothing is remembered, and the step
 * is sent once more: an apply that changes nothing changes nothing.
 */
export class Steering {
  private readonly sent = new Map<string, string>();
  /** Generation at which everything was seen to have arrived: from then on nothing more has to be watched for it. */
  private arrived?: number;

  constructor(
    private readonly follower: string,
    private readonly cache: LiveCache,
    private readonly children: CollectionWatches,
  ) {}

  /** `unknown` while a cache does not follow its cluster. */
  course(desired: Desired, plan: PlanObjects): Course | 'unknown' {
    const { namespace, generation } = desired;
    const pace = this.arrived === generation ? undefined : desired.pace;
    const collections = pace
      ? childrenOf(plan.objects, pace.update, namespace)
      : new Map<string, Collection[]>();
    this.children.follow(this.follower, [...collections.values()].flat());
    const driven = drive(plan.objects, pace, (object) =>
      this.view(object, namespace, collections.get(keyOf(refOf(object))) ?? []),
    );
    if (driven === 'unknown') return 'unknown';
    const { objects, ...course } = driven;
    if (pace?.share === '100%' && course.progress?.reached && course.held.size === 0)
      this.arrived = generation;
    const standIns = new Map<string, KubeObject>();
    for (const [index, object] of objects.entries())
      if (object !== plan.objects[index] || isSwitch(object)) standIns.set(keyOf(refOf(object)), object);
    return {
      ...course,
      waves: plan.waves.map((wave) => wave.map((object) => standIns.get(keyOf(refOf(object))) ?? object)),
      due: pace ? [...standIns.values()].filter((object) => !this.wasSent(object)) : [],
    };
  }

  /** These objects were applied as they are here. */
  took(objects: readonly KubeObject[], { pace }: Desired): void {
    if (!pace) return this.sent.clear();
    for (const object of objects) {
      const key = keyOf(refOf(object));
      this.sent.set(key, JSON.stringify(object));
    }
  }

  private wasSent(object: KubeObject): boolean {
    return this.sent.get(keyOf(refOf(object))) === JSON.stringify(object);
  }

  private view(
    object: KubeObject,
    namespace: string,
    collections: readonly Collection[],
  ): WorkloadView | 'unknown' {
    const live = lookUp(this.cache, object, namespace);
    if (live === 'unknown') return 'unknown';
    const children: KubeObject[] = [];
    for (const collection of collections) {
      const objects = this.children.objects(collection);
      if (objects === 'unknown') return 'unknown';
      children.push(...objects);
    }
    return { live: live === 'absent' ? undefined : live, children };
  }
}
