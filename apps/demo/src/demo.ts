import { duration } from '@keelson/cli';
import type { Stage } from './stage';
import { auditTrail } from './steps/audit-trail';
import { badRelease } from './steps/bad-release';
import { canaryAndApproval } from './steps/canary-and-approval';
import { define } from './steps/define';
import { drift } from './steps/drift';
import { firstRelease } from './steps/first-release';
import { pipelineTold } from './steps/pipeline-told';
import { prune } from './steps/prune';
import { register } from './steps/register';
import { scaleDuringRollout } from './steps/scale-during-rollout';
import { unreachable } from './steps/unreachable';

/** How many times the steps call `show.step`, the start of the servers included. */
export const STEPS = 13;

/** The main job from end to end. Throws at the first thing that was claimed and not seen. */
export const playDemo = async (stage: Stage): Promise<void> => {
  await register(stage);
  await define(stage);
  await firstRelease(stage);
  await scaleDuringRollout(stage);
  const bad = await badRelease(stage);
  await canaryAndApproval(stage);
  await drift(stage);
  await unreachable(stage);
  await prune(stage);
  await auditTrail(stage, bad);
  await pipelineTold(stage);
};

export const summary = ({ show }: Stage, startedAt: number): void => {
  show.line('');
  show.line(show.colours.bold(`Seen in ${duration(performance.now() - startedAt)}:`));
  for (const text of show.seen) show.line(`  ${show.colours.green('✓')} ${text}`);
  show.line(`${show.seen.length} checks passed, 0 failed`);
};
