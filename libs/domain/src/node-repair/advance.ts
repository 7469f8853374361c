import { durationMs } from '../kernel/duration';
import { resolveShare } from '../kernel/share';
import type { NodeRepairEvent, RepairOutcome } from './events';
import { evolveRepairs } from './evolve';
import { faultOf, policyOf, type Fault, type ObservedNode, type RepairSight } from './observation';
import { own } from './own';
import { policySelectsNode, type NodeRepairPolicy } from './policy';
import { isHandedOver, type NodeRepair, type NodeRepairs } from './state';

/**
 * Moves the repairs of a cluster as far as what is seen allows. The same state, sight and time always give the same
 * events; nothing new gives none. What has to be done to the cluster follows from the state after it (`repairSteps`),
 * and what was done shows in the next sight: so it may be asked at any time, by anybody, and a restart loses nothing.
 */
export const advanceRepairs = (state: NodeRepairs, sight: RepairSight, now: number): NodeRepairEvent[] => {
  const pass = new Pass(state, sight, now);
  const seen = new Map(sight.nodes.map((node) => [node.node, node]));
  for (const repair of Object.values(state.repairs)) followRepair(pass, repair, seen.get(repair.node));
  for (const policy of Object.keys(state.halts))
    if (!sight.policies.some((each) => each.policy === policy)) pass.say('RepairsResumed', { policy });
  for (const policy of sight.policies) applyPolicy(pass, policy);
  return pass.events;
};

/** The state as it goes on while a look at it decides. */
class Pass {
  readonly events: NodeRepairEvent[] = [];
  private readonly at: string;

  constructor(
    public state: NodeRepairs,
    readonly sight: RepairSight,
    readonly now: number,
  ) {
    this.at = new Date(now).toISOString();
  }

  say<Type extends NodeRepairEvent['type']>(
    type: Type,
    data: Omit<Extract<NodeRepairEvent, { type: Type }>['data'], 'cluster' | 'at'>,
  ): void {
    const event = {
      type,
      data: { cluster: this.sight.cluster, ...data, at: this.at },
    } as unknown as NodeRepairEvent;
    this.events.push(event);
    this.state = evolveRepairs(this.state, event);
  }
}

const followRepair = (pass: Pass, before: NodeRepair, node: ObservedNode | undefined): void => {
  const of = { node: before.node, repair: before.repair };
  if (node?.uid !== before.uid) return pass.say('NodeRepairEnded', { ...of, outcome: 'NodeGone' });
  const { policies } = pass.sight;
  if (isWithdrawn(before, node, policies)) {
    pass.say('NodeRepairCancelled', {
      ...of,
      why: `policy ${before.policy} does not select the node any more`,
    });
  }
  const repair = own(pass.state.repairs, before.node) ?? before;
  const outcome = outcomeOf(repair, node, policies);
  if (outcome !== undefined) {
    if (node.cordonedFor === repair.repair) return; // Until the uncordon shows.
    if (repair.cordon === 'ours') pass.say('NodeUncordoned', of);
    return pass.say('NodeRepairEnded', { ...of, outcome });
  }
  if (!node.unschedulable) {
    const isWithUs = repair.repairedAt === undefined && !isHandedOver(repair);
    if (repair.drainedAt !== undefined && isWithUs) pass.say('NodeCordonLifted', of);
    return;
  }
  const ours = node.cordonedFor === repair.repair;
  if (repair.cordon === undefined || (ours && repair.cordon === 'other'))
    pass.say('NodeCordoned', { ...of, ours });
  if (repair.drainedAt === undefined && node.podsLeft === 0) pass.say('NodeDrained', of);
};

/**
 * A policy that was deleted, or does not select the node any more, takes back what it began. Not where the repair
 * system may be at work on the machine.
 */
const isWithdrawn = (
  repair: NodeRepair,
  node: ObservedNode,
  policies: readonly NodeRepairPolicy[],
): boolean =>
  repair.policy !== undefined &&
  !repair.cancelled &&
  !isHandedOver(repair) &&
  repair.repairedAt === undefined &&
  policyOf(policies, node, repair) === undefined;

/** How the repair ends as things are; undefined while it goes on. */
export const outcomeOf = (
  repair: NodeRepair,
  node: ObservedNode,
  policies: readonly NodeRepairPolicy[],
): RepairOutcome | undefined => {
  if (repair.cancelled) return 'Cancelled';
  if (repair.repairedAt !== undefined) return node.ready ? 'Repaired' : undefined;
  if (repair.policy === undefined || isHandedOver(repair)) return undefined;
  const policy = policyOf(policies, node, repair);
  return policy && !faultOf(policy, node) ? 'Recovered' : undefined;
};

/** Halts, resumes, and begins repairs, longest fault first. */
const applyPolicy = (pass: Pass, policy: NodeRepairPolicy): void => {
  const { now } = pass;
  const selected = pass.sight.nodes.filter(({ labels }) => policySelectsNode(policy, labels));
  const faulty = selected.flatMap((node) => {
    const fault = faultOf(policy, node);
    return fault ? [{ node, fault }] : [];
  });
  const storm = {
    policy: policy.policy,
    unhealthy: faulty.length,
    nodes: selected.length,
    allowed: resolveShare(policy.maxUnhealthy, selected.length),
  };
  weather(pass, policy, storm);
  if (own(pass.state.halts, policy.policy)) return;
  const places = resolveShare(policy.maxConcurrent, selected.length);
  const due = faulty
    .filter(({ node, fault }) => now >= dueAt(pass.state, policy, node, fault))
    .sort((a, b) => a.fault.since - b.fault.since || compare(a.node.node, b.node.node));
  for (const { node, fault } of due) {
    if (Object.keys(pass.state.repairs).length >= places) return;
    if (own(pass.state.repairs, node.node)) continue;
    pass.say('NodeRepairStarted', {
      node: node.node,
      uid: node.uid,
      repair: repairId(pass.sight.cluster, pass.state),
      policy: policy.policy,
      why: `${fault.what} since ${new Date(fault.since).toISOString()}, longer than ${policy.notReadyFor}`,
    });
    // Somebody may have cordoned it already.
    followRepair(pass, pass.state.repairs[node.node]!, node);
  }
};

/**
 * When a faulty node's repair is to be begun: after notReadyFor, which counts anew after a repair that did not help.
 * Never where a person cancelled the repair of this very fault.
 */
export const dueAt = (
  state: NodeRepairs,
  { notReadyFor }: NodeRepairPolicy,
  { node }: ObservedNode,
  fault: Fault,
): number => {
  const last = own(state.ended, node);
  if (last?.byPerson && fault.since <= last.at) return Infinity;
  return Math.max(fault.since, last?.at ?? 0) + durationMs(notReadyFor);
};

interface Storm {
  readonly policy: string;
  readonly unhealthy: number;
  readonly nodes: number;
  readonly allowed: number;
}

const weather = (pass: Pass, policy: NodeRepairPolicy, storm: Storm): void => {
  const halt = own(pass.state.halts, policy.policy);
  const stormy = storm.unhealthy > storm.allowed;
  if (stormy) {
    if (!halt || halt.calmSince !== undefined) pass.say('RepairsHalted', storm);
    return;
  }
  if (!halt) return;
  if (halt.calmSince === undefined) pass.say('RepairsCalm', storm);
  const calmSince = halt.calmSince ?? pass.now;
  if (pass.now - calmSince >= durationMs(policy.stormCooldown))
    pass.say('RepairsResumed', { policy: policy.policy });
};

export const repairId = (cluster: string, { begun }: NodeRepairs): string => `${cluster}-repair-${begun + 1}`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
