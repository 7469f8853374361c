import type { Step } from '../engine/step';
import type { Decided } from '../events';
import { letGo } from './let-go';
import { members, type Member } from './subjects';

/** The run neither moves the cluster nor waits for it any more. */
export const skipCluster = (step: Step, name: string, decided: Decided): void => {
  for (const member of members(step.run)) if (member.cluster.name === name) leaveOut(step, member, decided);
};

/** Clusters of the stage that wait for their turn are left out, its gates are not asked; what is under way is finished. */
export const skipStage = (step: Step, stage: string, decided: Decided): void => {
  for (const member of members(step.run)) {
    const waits = member.cluster.phase === 'Pending' || member.cluster.phase === 'SetAside';
    if (member.stage === stage && waits) leaveOut(step, member, decided);
  }
  step.emit('StageSkipped', { stage, ...decided });
};

const leaveOut = (step: Step, member: Member, decided: Decided): void => {
  letGo(step, member);
  step.emit('ClusterSkipped', { stage: member.stage, cluster: member.cluster.name, ...decided });
};
