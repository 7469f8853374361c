import { keyOf, refOf, type KubeObject } from '@keelson/domain';
import {
  childrenOf,
  drive,
  isSwitch,
  type Beside,
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
  /** What is wrong, if anything is, can be told if it is looked at again after so long. */
  readonly explainInMs?: number;
}

/**
 * Pods are asked why they are not ready when a workload that was applied has had time to become so. Looking at them at
 * once cost every target of a release two lists and two watches, twice as many requests as the release itself.
 */
const EXPLAIN_AFTER_MS = 2_000;

const NOTHING_BESIDE: Beside = { collections: new Map(), incomplete: false };

/**
 * Takes a target's workloads through its batches. The drivers say what follows from what is there; this remembers what
 * was sent last, so that the same step is not sent again and again. After a restart nothing is remembered, and the step
 * is sent once more: an apply that changes nothing changes nothing.
 */
export class Steering {
  private readonly sent = new Map<string, string>();
  /** Generation at which everything was seen to have arrived: from then on nothing more has to be watched for it. */
  private arrived?: number;
  /** The generation that the cluster was seen to have, and since when (`Date.now`). */
  private followed = { generation: 0, since: 0 };

  constructor(
    private readonly follower: string,
    private readonly cache: LiveCache,
    private readonly children: CollectionWatches,
  ) {}

  /** `unknown` while a cache does not follow its cluster. */
  course(desired: Desired, plan: PlanObjects, now = Date.now()): Course | 'unknown' {
    const { namespace, generation } = desired;
    const pace = this.arrived === generation ? undefined : desired.pace;
    const isFollowed = this.followed.generation === generation;
    if (!isFollowed && desired.appliedGeneration === generation) this.followed = { generation, since: now };
    const explainInMs = EXPLAIN_AFTER_MS - (isFollowed ? now - this.followed.since : 0);
    const { collections, incomplete } = pace
      ? childrenOf(plan.objects, pace, namespace, {
          explain: explainInMs <= 0,
          liveOf: (object) => this.live(object, namespace),
        })
      : NOTHING_BESIDE;
    this.children.follow(this.follower, [...collections.values()].flat());
    const driven = drive(plan.objects, pace, (object) =>
      this.view(object, namespace, collections.get(keyOf(refOf(object))) ?? []),
    );
    if (driven === 'unknown') return 'unknown';
    const { objects, ...course } = driven;
    const untold = incomplete && explainInMs > 0 && course.progress?.reached === false;
    if (pace?.share === '100%' && course.progress?.reached && course.held.size === 0)
      this.arrived = generation;
    const standIns = new Map<string, KubeObject>();
    for (const [index, object] of objects.entries())
      if (object !== plan.objects[index] || isSwitch(object)) standIns.set(keyOf(refOf(object)), object);
    return {
      ...course,
      waves: plan.waves.map((wave) => wave.map((object) => standIns.get(keyOf(refOf(object))) ?? object)),
      due: pace ? [...standIns.values()].filter((object) => !this.wasSent(object)) : [],
      ...(untold ? { explainInMs } : {}),
    };
  }

  /** These objects were applied as they are here. */
  took(objects: readonly KubeObject[], { pace, generation }: Desired, now = Date.now()): void {
    // Not anew with each correction: a field that somebody fights about must not keep the reason from being told.
    if (this.followed.generation !== generation) this.followed = { generation, since: now };
    if (!pace) return this.sent.clear();
    for (const object of objects) {
      const key = keyOf(refOf(object));
      this.sent.set(key, JSON.stringify(object));
    }
  }

  private wasSent(object: KubeObject): boolean {
    return this.sent.get(keyOf(refOf(object))) === JSON.stringify(object);
  }

  private live(object: KubeObject, namespace: string): KubeObject | undefined {
    const live = lookUp(this.cache, object, namespace);
    return typeof live === 'string' ? undefined : live;
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
