import type { Labels } from '../cluster';
import type { FieldError } from '../kernel/decider';
import { durationMs } from '../kernel/duration';
import type { Share } from '../kernel/share';
import { matchesSelector, validateSelector, type LabelSelector } from '../placement';

/** A condition of a Node that means that it needs repair, such as the ones of the node problem detector. */
export interface FaultCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
}

/** The repair system, which is told of each node that is drained, and tells back when it is repaired. */
export interface RepairCallback {
  readonly url: string;
  /** The vault's version of the secret that callbacks are signed with; the secret itself never enters the log. */
  readonly secret?: string;
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
  readonly callback?: RepairCallback;
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
  const problem = callback && urlProblem(callback.url);
  if (problem) errors.push({ path: '/callback/url', message: problem });
  return errors;
};

const urlProblem = (text: string): string | undefined => {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    return 'must be a URL that begins with http:// or https://';
  const { username, password } = new URL(text);
  // It is kept in the log and shown to whoever may read.
  return username || password
    ? 'must not contain credentials; give a secret to sign with instead'
    : undefined;
};
