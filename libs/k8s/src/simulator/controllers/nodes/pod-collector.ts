import { type KubeObject } from '@keelson/domain';
import { builtin } from '../../api/registry';
import { textAt } from '../../json';
import { type StoreChange } from '../../store/change';
import { type Controller, type ControllerContext } from '../context';
import { podsOn } from '../owned-pods';
import { type WorkQueue } from '../work-queue';

const NODE = builtin('', 'Node');
const POD = builtin('', 'Pod');

/**
 * Deletes for good the pods of nodes that are no more, once the node has been missed for a while.
 * Source: k8s.io/kubernetes/pkg/controller/podgc/gc_controller.go, gcOrphaned.
 */
export class PodCollector implements Controller {
  private readonly queue: WorkQueue;
  /** Since when a node with pods has been missed, by name; milliseconds since the epoch. */
  private readonly missed = new Map<string, number>();

  constructor(private readonly context: ControllerContext) {
    this.queue = context.queue((node) => this.reconcile(node));
  }

  observe({ kind, type, object, previous }: StoreChange): void {
    if (type === NODE) {
      if (kind === 'DELETED') this.queue.add(object.metadata.name);
    } else if (type === POD && kind !== 'DELETED') {
      const node = nodeOf(object);
      if (node && node !== nodeOf(previous) && !this.exists(node)) this.queue.add(node);
    }
  }

  private exists(node: string): boolean {
    return this.context.state.store.get(NODE, undefined, node) !== undefined;
  }

  private reconcile(node: string): number | undefined {
    const pods = this.exists(node) ? [] : podsOn(this.context, node);
    if (pods.length === 0) {
      this.missed.delete(node);
      return undefined;
    }
    const now = this.context.now();
    const since = this.missed.get(node) ?? now;
    this.missed.set(node, since);
    const left = since + this.context.timings.nodeGraceMs - now;
    if (left > 0) return left;
    for (const pod of pods) this.context.delete(POD, pod, { gracePeriodSeconds: 0 });
    this.missed.delete(node);
    return undefined;
  }
}

const nodeOf = (pod: KubeObject | undefined): string | undefined => textAt(pod?.spec, 'nodeName');
