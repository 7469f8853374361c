import type { Dice } from '../../support/dice';

/** How the nodes of the whole fleet are repaired; the harness adds who is called. */
export interface RepairPolicy {
  readonly condition: { readonly type: string };
  readonly notReadyFor: string;
  readonly maxUnhealthy: string;
  readonly maxConcurrent: number;
  readonly stormCooldown: string;
  readonly forceDeleteAfter?: string;
}

export const REPAIR_POLICY = 'machines';
/** Besides not being Ready, what makes a node one to be repaired. */
export const DEADLOCK = 'KernelDeadlock';

/** Of three nodes: one or two may be faulty, and one or two under repair. No two are equal: `mark` differs. */
export const drawRepairPolicy = (dice: Dice, mark: number): RepairPolicy => ({
  condition: { type: DEADLOCK },
  notReadyFor: dice.pick(['1s', '3s']),
  maxUnhealthy: dice.pick(['34%', '67%']),
  maxConcurrent: dice.pick([1, 2]),
  stormCooldown: `${dice.pick([1, 5])}s${mark}ms`,
  ...(dice.chance(0.7) ? { forceDeleteAfter: '2s' } : {}),
});
