import { type KubeObject } from '@keelson/domain';
import { builtin } from '../../api/registry';
import { rfc3339 } from '../../clock';
import { equal, objectAt, without } from '../../json';
import { type StoreChange } from '../../store/change';
import { type Condition, conditionOf, conditionsOf, withCondition } from '../conditions';
import { type Controller, type ControllerContext, keyOf } from '../context';
import { podsOn } from '../owned-pods';
import { type WorkQueue } from '../work-queue';
import { disruptionMode } from './disruption-mode';
import { type Heartbeats } from './heartbeats';
import {
  NOT_READY,
  type Taint,
  UNREACHABLE,
  followsConditions,
  readyStatusOf,
  repellingKeys,
  taintsOf,
} from './taints';

const NODE = builtin('', 'Node');
const POD = builtin('', 'Pod');

/** What only a kubelet can know, and nobody knows when it is silent. */
const KUBELET_CONDITIONS = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

/**
 * Judges nodes by the silence of their kubelets and says it in conditions and taints. What the taints do to
 * pods is for TaintEvictions.
 * Source: k8s.io/kubernetes/pkg/controller/nodelifecycle/node_lifecycle_controller.go.
 */
export class NodeLifecycle implements Controller {
  private readonly queue: WorkQueue;

  constructor(
    private readonly context: ControllerContext,
    private readonly heartbeats: Heartbeats,
  ) {
    this.queue = context.queue((key) => {
      const node = context.get(NODE, key);
      return node && this.reconcile(node);
    });
  }

  observe({ kind, type, object, previous }: StoreChange): void {
    if (type !== NODE) return;
    const { name } = object.metadata;
    if (kind === 'DELETED') this.heartbeats.forget(name);
    else if (beatOf(object) !== beatOf(previous)) this.heartbeats.heard(name, this.context.now());
    const isSteady = kind === 'MODIFIED' && previous && readyStatusOf(object) === readyStatusOf(previous);
    if (isSteady) this.queue.add(keyOf(object));
    // How sick the cluster is as a whole may have changed, and with it what is done to each node.
    else for (const node of this.context.state.store.list(NODE)) this.queue.add(keyOf(node));
  }

  /** The kubelet of a node has fallen silent. */
  silent(name: string): void {
    this.queue.add(`/${name}`);
  }

  private reconcile(node: KubeObject): number | undefined {
    const silence = this.heartbeats.silence(node.metadata.name, this.context.now());
    const patience = this.context.timings.nodeGraceMs - (silence ?? 0);
    if (silence !== undefined && patience <= 0) this.markUnknown(node);
    this.taint(this.context.get(NODE, keyOf(node)) ?? node);
    return silence !== undefined && patience > 0 ? patience : undefined;
  }

  private markUnknown(node: KubeObject): void {
    const now = rfc3339(this.context.now());
    const before = conditionsOf(node.status);
    const after = KUBELET_CONDITIONS.reduce((conditions, type) => withUnknown(conditions, type, now), before);
    if (after === before) return;
    const wasReady = readyStatusOf(node) === 'True';
    this.context.updateStatus(NODE, node, { ...objectAt(node, 'status'), conditions: after });
    if (wasReady) for (const pod of podsOn(this.context, node.metadata.name)) this.markNotReady(pod, now);
  }

  /** Its containers may well run on, but nobody can tell. */
  private markNotReady(pod: KubeObject, lastTransitionTime: string): void {
    const conditions = conditionsOf(pod.status);
    if (conditionOf(conditions, 'Ready')?.status !== 'True') return;
    const next = conditions.map((condition) =>
      condition.type === 'Ready' ? { ...condition, status: 'False', lastTransitionTime } : condition,
    );
    this.context.updateStatus(POD, pod, { ...objectAt(pod, 'status'), conditions: next });
  }

  private taint(node: KubeObject): void {
    const before = taintsOf(node);
    const wanted = [
      ...repellingKeys(node).map((key): Taint => ({ key, effect: 'NoSchedule' })),
      ...this.expelling(node, before),
    ];
    const kept = before.filter(
      (taint) => !followsConditions(taint) || wanted.some((each) => isSame(each, taint)),
    );
    const added = wanted.filter((taint) => !before.some((each) => isSame(each, taint)));
    const timeAdded = rfc3339(this.context.now());
    const taints = [...kept, ...added.map((taint) => ({ ...taint, timeAdded }))];
    if (equal(before, taints)) return;
    const spec = objectAt(node, 'spec');
    this.context.update(NODE, node, {
      ...node,
      spec: taints.length > 0 ? { ...spec, taints } : without(spec, 'taints'),
    });
  }

  /** The NoExecute taint that the node should have. */
  private expelling(node: KubeObject, before: readonly Taint[]): readonly Taint[] {
    const status = readyStatusOf(node);
    if (status === 'True') return [];
    const mode = disruptionMode(this.context.state.store.list(NODE));
    const taint: Taint = { key: status === 'False' ? NOT_READY : UNREACHABLE, effect: 'NoExecute' };
    if (mode === 'full') return [];
    return mode === 'normal' || before.some((each) => isSame(each, taint)) ? [taint] : [];
  }
}

const isSame = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;

/** Changes with every word of a kubelet. */
const beatOf = (node: KubeObject | undefined): unknown => {
  const ready = conditionOf(conditionsOf(node?.status), 'Ready');
  return ready && `${ready.lastHeartbeatTime ?? ''} ${ready.status === 'Unknown' ? '' : ready.status}`;
};

function withUnknown(conditions: readonly Condition[], type: string, now: string): readonly Condition[] {
  const current = conditionOf(conditions, type);
  if (current?.status === 'Unknown') return conditions;
  const [reason, message] = current
    ? ['NodeStatusUnknown', 'Kubelet stopped posting node status.']
    : ['NodeStatusNeverUpdated', 'Kubelet never posted node status.'];
  const kept =
    current?.lastHeartbeatTime === undefined ? {} : { lastHeartbeatTime: current.lastHeartbeatTime };
  return withCondition(conditions, { type, status: 'Unknown', reason, message, ...kept }, now);
}
