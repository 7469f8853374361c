import { type KubeObject } from '@keelson/domain';
import { builtin } from '../api/registry';
import { rfc3339 } from '../clock';
import { equal, objectAt } from '../json';
import { controllerOf } from '../store/owner-index';
import { type StoreChange } from '../store/change';
import { conditionOf, conditionsOf } from './conditions';
import { type Controller, type ControllerContext, keyOf, siblingKey } from './context';
import { ownedPods } from './owned-pods';
import { isActive, isReady } from './pods';
import { podFrom } from './replica-set';
import { type WorkQueue } from './work-queue';

const JOB = builtin('batch', 'Job');
const POD = builtin('', 'Pod');

/** Runs a Job's pods to completion, `parallelism` at a time. */
export class JobController implements Controller {
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.queue = context.queue((key) => {
      const job = context.get(JOB, key);
      if (job) this.reconcile(job);
      return undefined;
    });
  }

  observe({ type, object }: StoreChange): void {
    if (type === JOB) this.queue.add(keyOf(object));
    else if (type === POD) {
      const owner = controllerOf(object);
      if (owner?.kind === 'Job') this.queue.add(siblingKey(object, owner.name));
    }
  }

  private reconcile(job: KubeObject): void {
    if (conditionOf(conditionsOf(job.status), 'Complete')) return;
    const spec = objectAt(job, 'spec');
    const completions = Number(spec.completions ?? 1);
    const pods = ownedPods(this.context, job);
    const succeeded = pods.filter((pod) => objectAt(pod, 'status').phase === 'Succeeded').length;
    const active = pods.filter(isActive).length;
    if (!job.metadata.deletionTimestamp && spec.suspend !== true) {
      const wanted = Math.min(Number(spec.parallelism ?? 1), completions - succeeded);
      for (let count = active; count < wanted; count += 1) {
        this.context.create(POD, podFrom(job, spec.template, this.context));
      }
    }
    this.report(job, succeeded, completions);
  }

  private report(job: KubeObject, succeeded: number, completions: number): void {
    const active = ownedPods(this.context, job).filter(isActive);
    const time = rfc3339(this.context.now());
    const before = objectAt(job, 'status');
    const isDone = succeeded >= completions;
    const status = {
      ...before,
      startTime: before.startTime ?? time,
      active: active.length,
      ready: active.filter(isReady).length,
      succeeded,
      ...(isDone
        ? {
            completionTime: time,
            conditions: [{ type: 'Complete', status: 'True', lastProbeTime: time, lastTransitionTime: time }],
          }
        : {}),
    };
    if (!equal(before, status)) this.context.updateStatus(JOB, job, status);
  }
}
