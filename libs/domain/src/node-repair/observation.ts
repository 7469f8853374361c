import type { Labels } from '../cluster';
import type { NodeRepairPolicy } from './policy';
import { policySelectsNode } from './policy';

export interface ObservedCondition {
  readonly type: string;
  readonly status: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** A node as its cluster shows it now. */
export interface ObservedNode {
  readonly node: string;
  readonly uid: string;
  readonly labels: Labels;
  readonly ready: boolean;
  /** Since when it is ready, or not; milliseconds since the epoch. */
  readonly since: number;
  /** All but Ready. */
  readonly conditions: readonly ObservedCondition[];
  readonly unschedulable: boolean;
  /** The repair that the cordon on it is for, as our annotation says. */
  readonly cordonedFor?: string;
  /** Pods that must leave it and are still there; only where they were listed after its cordon was seen. */
  readonly podsLeft?: number;
}

/** All that is known of one cluster: complete, and as it is now. Where it cannot be had, nothing is decided. */
export interface RepairSight {
  readonly cluster: string;
  readonly nodes: readonly ObservedNode[];
  /** Those that select the cluster, by name. */
  readonly policies: readonly NodeRepairPolicy[];
}

export interface Fault {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly what: string;
}

/** What is wrong with a node in the eyes of a policy; of two faults the one that is older. */
export const faultOf = (policy: NodeRepairPolicy, node: ObservedNode): Fault | undefined => {
  const faults: Fault[] = node.ready ? [] : [{ since: node.since, what: 'not Ready' }];
  for (const { type, status, since } of node.conditions) {
    if (type === policy.condition?.type && status === policy.condition.status)
      faults.push({ since, what: `${type} is ${status}` });
  }
  return faults.sort((a, b) => a.since - b.since)[0];
};

/** The policy that a repair goes by: the one that began it, else the first by name that selects the node. */
export const policyOf = (
  policies: readonly NodeRepairPolicy[],
  node: ObservedNode,
  repair: { readonly policy?: string },
): NodeRepairPolicy | undefined =>
  policies.find(
    (policy) =>
      (repair.policy === undefined || policy.policy === repair.policy) &&
      policySelectsNode(policy, node.labels),
  );
