import type { Labels } from '../cluster';
import { callbackUrlProblem, type Callback } from '../kernel/callback';
import type { FieldError } from '../kernel/decider';
import { durationMs } from '../kernel/duration';
import type { Share } from '../kernel/share';
import { matchesSelector, validateSelector, type LabelSelector } from '../placement';

/** A condition of a Node that means that it needs repair, such as the ones of the node problem detector. */
export interface FaultCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
}

/** When nodes are taken out and repaired without anybody being asked. */
export interface NodeRepairPolicyDefinition {
  /** By labels of the cluster; every cluster when left out. */
  readonly clusterSelector?: LabelSelector;
  /** By labels of the node; every node when left out. */
  readonly nodeSelector?: LabelSelector;
  /** Besides not being Ready. */
  readonly condition?: FaultCondition;
  /** How long a node must have been faulty before its repair is begun. */
  readonly notReadyFor: string;
  /** Of the selected nodes of a cluster. When more are faulty, the cluster is what is sick, and repairs halt. */
  readonly maxUnhealthy: Share;
  /** Of the selected nodes of a cluster: how many of its nodes may be under repair at once. */
  readonly maxConcurrent: Share;
  /** How long no more than maxUnhealthy must have been faulty before halted repairs go on. */
  readonly stormCooldown: string;
  /** How long after its cordon the pods of a node that is still not Ready are deleted without waiting for it; never when left out. */
  readonly forceDeleteAfter?: string;
  /** The repair system, which is told of each node that is drained, and tells back when it is repaired. */
  readonly callback?: Callback;
}

export interface NodeRepairPolicy extends NodeRepairPolicyDefinition {
  readonly policy: string;
}

export const policySelectsCluster = ({ clusterSelector = {} }: NodeRepairPolicyDefinition, labels: Labels) =>
  matchesSelector(clusterSelector, labels);

export const policySelectsNode = ({ nodeSelector = {} }: NodeRepairPolicyDefinition, labels: Labels) =>
  matchesSelector(nodeSelector, labels);

/** What the type of a policy cannot say. Paths are JSON Pointers. */
export const validateNodeRepairPolicy = (policy: NodeRepairPolicyDefinition): FieldError[] => {
  const { clusterSelector, nodeSelector, maxConcurrent, notReadyFor, callback } = policy;
  const errors: FieldError[] = [];
  if (clusterSelector) errors.push(...validateSelector(clusterSelector, '/clusterSelector'));
  if (nodeSelector) errors.push(...validateSelector(nodeSelector, '/nodeSelector'));
  if (durationMs(notReadyFor) === 0) errors.push({ path: '/notReadyFor', message: 'must be longer than 0s' });
  if (Number.parseInt(String(maxConcurrent), 10) === 0)
    errors.push({ path: '/maxConcurrent', message: 'must be at least 1: no node would ever be repaired' });
  const problem = callback && callbackUrlProblem(callback.url);
  if (problem) errors.push({ path: '/callback/url', message: problem });
  return errors;
};
