// No suite: what the specs beside it begin with, named so that the build leaves it out.
import type { NodeRepairEvent } from './events';
import type { ObservedNode } from './observation';
import type { NodeRepairPolicy } from './policy';

export const MINUTE = 60_000;
export const NOON = Date.parse('2026-11-19T12:00:00Z');

export const policy = (change: Partial<NodeRepairPolicy> = {}): NodeRepairPolicy => ({
  policy: 'hardware',
  notReadyFor: '5m',
  maxUnhealthy: '40%',
  maxConcurrent: 2,
  stormCooldown: '10m',
  forceDeleteAfter: '3m',
  callback: { url: 'https://repair.example/nodes' },
  ...change,
});

export const node = (name: string, change: Partial<ObservedNode> = {}): ObservedNode => ({
  node: name,
  uid: `uid-${name}`,
  labels: {},
  ready: true,
  since: NOON - 24 * 60 * MINUTE,
  conditions: [],
  unschedulable: false,
  ...change,
});

/** Not Ready for so many minutes. */
export const away = (name: string, minutes: number, change: Partial<ObservedNode> = {}): ObservedNode =>
  node(name, { ready: false, since: NOON - minutes * MINUTE, ...change });

export const of = { cluster: 'eu', node: 'n1', repair: 'eu-repair-1', at: new Date(NOON).toISOString() };

export const started = (data: object = { policy: 'hardware' }): NodeRepairEvent => ({
  type: 'NodeRepairStarted',
  data: { ...of, uid: 'uid-n1', why: 'not Ready', ...data },
});
export const cordoned = (ours = true): NodeRepairEvent => ({ type: 'NodeCordoned', data: { ...of, ours } });
export const drained: NodeRepairEvent = { type: 'NodeDrained', data: of };
export const begun: NodeRepairEvent = { type: 'NodeRepairRequestBegun', data: of };
export const refused: NodeRepairEvent = {
  type: 'NodeRepairRequestFailed',
  data: { ...of, message: 'refused' },
};
export const unanswered: NodeRepairEvent = {
  type: 'NodeRepairRequestFailed',
  data: { ...of, message: 'no answer', unanswered: true },
};
export const requested: NodeRepairEvent = { type: 'NodeRepairRequested', data: { ...of, url: 'u' } };
export const repaired: NodeRepairEvent = { type: 'NodeRepaired', data: { ...of, by: 'bot' } };
export const cancelled: NodeRepairEvent = {
  type: 'NodeRepairCancelled',
  data: { ...of, by: 'ann', why: 'mistake' },
};
export const ended: NodeRepairEvent = { type: 'NodeRepairEnded', data: { ...of, outcome: 'Cancelled' } };

/** As a node looks that we cordoned. */
export const ours = { unschedulable: true, cordonedFor: of.repair };
