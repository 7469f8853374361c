import type { DomainEvent } from '../kernel/decider';

interface OfRepair {
  readonly cluster: string;
  readonly node: string;
  readonly repair: string;
  /** RFC 3339. */
  readonly at: string;
}

interface OfStorm {
  readonly cluster: string;
  readonly policy: string;
  /** Of the nodes that the policy selects: how many are faulty, and how many there are. */
  readonly unhealthy: number;
  readonly nodes: number;
  /** maxUnhealthy, as a number of nodes. */
  readonly allowed: number;
  readonly at: string;
}

export interface PodName {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * - `Repaired`: the repair system, or a person, said so, and the node is Ready;
 * - `Recovered`: it became healthy by itself, and nobody can be at work on it;
 * - `Cancelled`: by a person, or because its policy does not select it any more;
 * - `NodeGone`: the Node object was deleted.
 */
export type RepairOutcome = 'Repaired' | 'Recovered' | 'Cancelled' | 'NodeGone';

export type NodeRepairEvent =
  | DomainEvent<
      'NodeRepairStarted',
      OfRepair & {
        readonly uid: string;
        /** Why: what the policy saw, or what the person said. */
        readonly why: string;
        /** The policy that began it; without one, a person did. */
        readonly policy?: string;
        readonly by?: string;
      }
    >
  /** `ours` is false where somebody else had cordoned the node: we do not uncordon it then. */
  | DomainEvent<'NodeCordoned', OfRepair & { readonly ours: boolean }>
  /** Budgets hold pods, or the API server refuses what is to be done; told once for each message, and tried for ever. */
  | DomainEvent<'NodeEvictionsHeld', OfRepair & { readonly pods: number; readonly message: string }>
  | DomainEvent<'NodePodsForceDeleted', OfRepair & { readonly pods: readonly PodName[] }>
  | DomainEvent<'NodeDrained', OfRepair>
  /** Somebody uncordoned a drained node before the repair system was called: pods may have come, and it is drained anew. */
  | DomainEvent<'NodeCordonLifted', OfRepair>
  /** Written before the repair system is called: from here on it may be at work on the machine. */
  | DomainEvent<'NodeRepairRequestBegun', OfRepair>
  /** The repair system refused, or could not be reached. `unanswered`: it may have heard all the same. */
  | DomainEvent<
      'NodeRepairRequestFailed',
      OfRepair & { readonly message: string; readonly unanswered?: true }
    >
  /** The repair system has acknowledged the callback. */
  | DomainEvent<'NodeRepairRequested', OfRepair & { readonly url: string }>
  | DomainEvent<'NodeRepaired', OfRepair & { readonly by: string }>
  | DomainEvent<'NodeRepairCancelled', OfRepair & { readonly why: string; readonly by?: string }>
  | DomainEvent<'NodeUncordoned', OfRepair>
  | DomainEvent<'NodeRepairEnded', OfRepair & { readonly outcome: RepairOutcome }>
  /** More nodes are faulty than the policy allows: nothing is begun, evicted or asked for until it is calm. */
  | DomainEvent<'RepairsHalted', OfStorm>
  /** No more than allowed are faulty; the cooldown counts from here. */
  | DomainEvent<'RepairsCalm', OfStorm>
  | DomainEvent<'RepairsResumed', { readonly cluster: string; readonly policy: string; readonly at: string }>;
