import {
  idleOf,
  moveColours,
  servedRelease,
  settleColours,
  standingColours,
  standingRelease,
  switchedColours,
  withoutIdle,
  type Pace,
  type TargetEvent,
} from '@keelson/domain';
import type { Moment, TargetRecord } from './model';
import type { Planner } from './planner';

/** What the move of a target to a release, at a pace, makes of its colours; called before the target has either. */
export const recolour = async (
  planner: Planner,
  target: TargetRecord,
  { release, pace }: { readonly release: string; readonly pace: Pace },
  moment: Moment,
  back = false,
): Promise<void> => {
  if (!target.colours && !pace.blueGreen) return;
  const standing = standingRelease(target);
  const before = pace.blueGreen ? standingColours(target) : target.colours;
  const served = before ? servedRelease(before) : standing;
  const colours = moveColours(before, {
    release,
    pace,
    back,
    at: Date.parse(moment.recordedAt),
    alike: served !== undefined && (await planner.areAlike(served, release)),
    ...(standing === undefined ? {} : { standing }),
  });
  if (colours) target.colours = colours;
};

export const settleColoursOf = (target: TargetRecord, { recordedAt }: Moment): void => {
  if (target.colours) target.colours = settleColours(target.colours, target.pace, Date.parse(recordedAt));
};

type Switched = Extract<TargetEvent, { type: 'ServiceSwitched' }>['data'];

/** Of an overtaken plan it says nothing: the next one may have told the Service to go elsewhere. */
export const confirmSwitch = (target: TargetRecord, { generation }: Switched): void => {
  if (target.colours && generation === target.generation) target.colours = switchedColours(target.colours);
};

type Retired = Extract<TargetEvent, { type: 'IdleColourRetired' }>['data'];

/** Takes the idle colour out of the plan, unless that has got another use for it meanwhile. */
export const retireIdle = async (
  planner: Planner,
  target: TargetRecord,
  { generation, colour, release }: Retired,
  moment: Moment,
): Promise<void> => {
  const { colours } = target;
  const idle = colours && idleOf(colours);
  if (!idle || colours.idleUntil === undefined || generation !== target.generation) return;
  if (idle.colour !== colour || idle.release !== release) return;
  target.colours = withoutIdle(colours);
  await planner.plan(target, moment);
};
