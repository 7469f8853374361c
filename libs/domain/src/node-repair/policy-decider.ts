import { accept, reject, type Decider, type DomainEvent } from '../kernel/decider';
import { sameJson } from '../kernel/same-json';
import type { NodeRepairPolicy, NodeRepairPolicyDefinition } from './policy';

export type NodeRepairPolicyEvent =
  | DomainEvent<'NodeRepairPolicyDefined', NodeRepairPolicy>
  | DomainEvent<'NodeRepairPolicyDeleted', { readonly policy: string }>;

export type NodeRepairPolicyCommand =
  | {
      readonly type: 'DefineNodeRepairPolicy';
      readonly policy: string;
      readonly definition: NodeRepairPolicyDefinition;
    }
  | { readonly type: 'DeleteNodeRepairPolicy' };

export type NodeRepairPolicyState =
  { readonly exists: false } | { readonly exists: true; readonly policy: NodeRepairPolicy };

export const nodeRepairPolicyDecider: Decider<
  NodeRepairPolicyState,
  NodeRepairPolicyCommand,
  NodeRepairPolicyEvent
> = {
  initial: { exists: false },

  decide: (state, command) => {
    if (command.type === 'DefineNodeRepairPolicy') {
      const policy: NodeRepairPolicy = { policy: command.policy, ...command.definition };
      if (state.exists && sameJson(state.policy, policy)) return accept();
      return accept({ type: 'NodeRepairPolicyDefined', data: policy });
    }
    if (!state.exists) return reject('notFound', 'node-repair-policy-not-found', 'no such policy');
    return accept({ type: 'NodeRepairPolicyDeleted', data: { policy: state.policy.policy } });
  },

  evolve: (state, event) => {
    switch (event.type) {
      case 'NodeRepairPolicyDefined':
        return { exists: true, policy: event.data };
      case 'NodeRepairPolicyDeleted':
        return { exists: false };
      default:
        return state;
    }
  },
};

export const nodeRepairPolicyStream = (policy: string): string => `node-repair-policy/${policy}`;
