import { accept, reject, type Decider, type Decision } from '../kernel/decider';
import { gist } from '../target/gist';
import { advanceRepairs, repairId } from './advance';
import type { NodeRepairEvent, PodName } from './events';
import { evolveRepairs, noRepairs } from './evolve';
import type { RepairSight } from './observation';
import { own } from './own';
import { isHandedOver, type NodeRepair, type NodeRepairs } from './state';

/** `now` is milliseconds since the epoch. */
export type NodeRepairCommand = { readonly now: number } & (
  | { readonly type: 'AdvanceRepairs'; readonly sight: RepairSight }
  | ({ readonly cluster: string; readonly node: string } & (
      | { readonly type: 'StartRepair'; readonly uid: string; readonly by: string; readonly why: string }
      | { readonly type: 'CancelRepair'; readonly by: string; readonly why: string }
      /** `repair`: that very one is meant, and no other. */
      | { readonly type: 'RecordRepaired'; readonly by: string; readonly repair?: string }
      | ({ readonly repair: string } & (
          | { readonly type: 'RecordHeld'; readonly pods: number; readonly message: string }
          | { readonly type: 'RecordForceDeleted'; readonly pods: readonly PodName[] }
          | { readonly type: 'BeginRequest' }
          | { readonly type: 'RecordRequested'; readonly url: string }
          | { readonly type: 'RecordRequestFailed'; readonly message: string; readonly unanswered: boolean }
        ))
    ))
);

const decide = (state: NodeRepairs, command: NodeRepairCommand): Decision<NodeRepairEvent> => {
  if (command.type === 'AdvanceRepairs') return accept(...advanceRepairs(state, command.sight, command.now));
  const { cluster, node } = command;
  const at = new Date(command.now).toISOString();
  const repair = own(state.repairs, node);
  if (command.type === 'StartRepair') {
    if (repair)
      return reject('conflict', 'repair-under-way', `node ${node} is under repair (${repair.repair})`);
    const { uid, by, why } = command;
    const data = { cluster, node, repair: repairId(cluster, state), at, uid, by, why };
    return accept({ type: 'NodeRepairStarted', data });
  }
  if (!repair) {
    // Only a person is told that there is none; a worker tells what it did, and may be late.
    if (command.type !== 'CancelRepair' && command.type !== 'RecordRepaired') return accept();
    return reject('conflict', 'not-under-repair', `node ${node} is not under repair`);
  }
  const of = { cluster, node, repair: repair.repair, at };
  switch (command.type) {
    case 'CancelRepair':
      if (repair.cancelled) return accept();
      return accept({ type: 'NodeRepairCancelled', data: { ...of, by: command.by, why: command.why } });
    case 'RecordRepaired':
      if (command.repair !== undefined && command.repair !== repair.repair)
        return reject(
          'conflict',
          'another-repair',
          `node ${node} is under ${repair.repair}, not ${command.repair}`,
        );
      if (repair.repairedAt !== undefined) return accept();
      return accept({ type: 'NodeRepaired', data: { ...of, by: command.by } });
    default:
      return command.repair === repair.repair ? record(repair, of, command) : accept();
  }
};

type Recording = Extract<NodeRepairCommand, { readonly repair: string }>;

/** What a worker did or met; nothing where it is known. */
const record = (
  repair: NodeRepair,
  of: { cluster: string; node: string; repair: string; at: string },
  command: Recording,
): Decision<NodeRepairEvent> => {
  switch (command.type) {
    case 'RecordHeld': {
      const { pods, message } = command;
      if (repair.held !== undefined && gist(repair.held) === gist(message)) return accept();
      return accept({ type: 'NodeEvictionsHeld', data: { ...of, pods, message } });
    }
    case 'RecordForceDeleted': {
      const { pods } = command;
      if (pods.length === 0) return accept();
      return accept({ type: 'NodePodsForceDeleted', data: { ...of, pods } });
    }
    case 'BeginRequest':
      if (isHandedOver(repair) || repair.cancelled || repair.repairedAt !== undefined) return accept();
      return accept({ type: 'NodeRepairRequestBegun', data: of });
    case 'RecordRequested':
      if (repair.requestedAt !== undefined) return accept();
      return accept({ type: 'NodeRepairRequested', data: { ...of, url: command.url } });
    case 'RecordRequestFailed': {
      const { message, unanswered } = command;
      if (repair.requestedAt !== undefined) return accept();
      const settles = repair.requesting && !unanswered;
      const known = repair.requestError !== undefined && gist(repair.requestError) === gist(message);
      if (known && !settles) return accept();
      const data = { ...of, message, ...(unanswered ? { unanswered } : {}) };
      return accept({ type: 'NodeRepairRequestFailed', data });
    }
  }
};

export const nodeRepairDecider: Decider<NodeRepairs, NodeRepairCommand, NodeRepairEvent> = {
  initial: noRepairs,
  decide,
  evolve: evolveRepairs,
};

export const nodeRepairStream = (cluster: string): string => `node-repairs/${cluster}`;
