import type { Callback } from '../kernel/callback';
import { durationMs } from '../kernel/duration';
import { dueAt, outcomeOf } from './advance';
import { faultOf, policyOf, type ObservedNode, type RepairSight } from './observation';
import { own } from './own';
import { policySelectsNode, type NodeRepairPolicy } from './policy';
import type { NodeRepair, NodeRepairs } from './state';

/** What is to be done to a node now. Each may be done twice, and by two at once. */
export type RepairStep = { readonly node: string; readonly uid: string; readonly repair: string } & (
  | { readonly type: 'Cordon' }
  /** `force`: delete what is left at once, because the node is dead. */
  | { readonly type: 'Drain'; readonly force: boolean }
  | {
      readonly type: 'Request';
      readonly callback: Callback;
      readonly policy: string;
      readonly of: NodeRepair;
    }
  | { readonly type: 'Uncordon' }
);

/** At most one for each node. */
export const repairSteps = (state: NodeRepairs, sight: RepairSight, now: number): RepairStep[] =>
  sight.nodes.flatMap((node) => {
    const repair = own(state.repairs, node.node);
    const step =
      repair?.uid === node.uid ? stepOf(state, sight, repair, node, now) : lateUncordon(state, node);
    return step ? [step] : [];
  });

/** A cordon that showed after its repair had ended: a worker had stopped between its read and its write. */
const lateUncordon = (
  state: NodeRepairs,
  { node, uid, cordonedFor }: ObservedNode,
): RepairStep | undefined =>
  cordonedFor !== undefined && own(state.ended, node)?.repair === cordonedFor
    ? { type: 'Uncordon', node, uid, repair: cordonedFor }
    : undefined;

const stepOf = (
  state: NodeRepairs,
  { policies }: RepairSight,
  repair: NodeRepair,
  node: ObservedNode,
  now: number,
): RepairStep | undefined => {
  const of = { node: node.node, uid: node.uid, repair: repair.repair };
  if (outcomeOf(repair, node, policies) !== undefined)
    return node.cordonedFor === repair.repair ? { type: 'Uncordon', ...of } : undefined;
  if (repair.repairedAt !== undefined || isHalted(state, repair)) return undefined;
  // A person may uncordon a node under repair: the repair stands until somebody cancels it.
  if (!node.unschedulable) return { type: 'Cordon', ...of };
  const policy = policyOf(policies, node, repair);
  if (repair.drainedAt === undefined) {
    const forceAt = forceDeleteAt(repair, node, policy);
    return { type: 'Drain', ...of, force: forceAt !== undefined && forceAt <= now };
  }
  if (!policy?.callback || repair.requestedAt !== undefined) return undefined;
  return { type: 'Request', ...of, callback: policy.callback, policy: policy.policy, of: repair };
};

/** A storm stops what a policy began, and not what a person asked for. */
const isHalted = (state: NodeRepairs, { policy }: NodeRepair): boolean =>
  policy !== undefined && own(state.halts, policy) !== undefined;

/** Only of a node that is not Ready, and that was given the time from its cordon, and from when it went away. */
const forceDeleteAt = (
  { cordonedAt }: NodeRepair,
  node: ObservedNode,
  policy: NodeRepairPolicy | undefined,
): number | undefined =>
  node.ready || cordonedAt === undefined || policy?.forceDeleteAfter === undefined
    ? undefined
    : Math.max(cordonedAt, node.since) + durationMs(policy.forceDeleteAfter);

/** When time alone may change what is decided or done; milliseconds since the epoch, undefined if never. */
export const repairsWakeAt = (state: NodeRepairs, sight: RepairSight, now: number): number | undefined => {
  const times: (number | undefined)[] = sight.policies.map((policy) => {
    const calmSince = own(state.halts, policy.policy)?.calmSince;
    return calmSince === undefined ? undefined : calmSince + durationMs(policy.stormCooldown);
  });
  for (const node of sight.nodes) {
    const repair = own(state.repairs, node.node);
    if (repair) times.push(forceDeleteAt(repair, node, policyOf(sight.policies, node, repair)));
    else
      for (const policy of sight.policies) {
        const fault = policySelectsNode(policy, node.labels) ? faultOf(policy, node) : undefined;
        if (fault) times.push(dueAt(state, policy, node, fault));
      }
  }
  const ahead = times.filter((at) => at !== undefined && at > now && at < Infinity) as number[];
  return ahead.length > 0 ? Math.min(...ahead) : undefined;
};
