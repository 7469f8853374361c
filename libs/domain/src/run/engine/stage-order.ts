import { advanceBatches } from './batches';
import { isOpen, passGates } from './gates';
import { isSettled } from './places';
import { startClusters } from './starting';
import type { Step } from './step';
import { firstBroken } from './tolerance';

/** Moves the first stage that is not through, and ends the run when all are. */
export const walkStages = (step: Step): void => {
  for (const { name } of step.run.stages) if (!passStage(step, name)) return;
  // Only a strategy that continues gets here with more failures than it tolerates.
  const broken = firstBroken(step.run);
  if (broken) step.emit('RunFailed', { message: broken.message });
  else step.emit('RunSucceeded', {});
};

/** Nothing starts or advances in a paused run but what a person asked to try again after it had failed. */
export const walkPaused = (step: Step): void => {
  if (step.run.paused?.reason !== 'FailuresExceeded') return;
  for (const { name, before, after } of step.run.stages) {
    if (![...before, ...after].some(isOpen)) startClusters(step, name);
  }
};

/** True when the stage is through, and the next may begin. */
const passStage = (step: Step, name: string): boolean => {
  if (step.stage(name).phase === 'Pending') step.emit('StageStarted', { stage: name });
  // What was under way when a person skipped the stage is finished; its gates are asked no more.
  const skipped = step.stage(name).phase === 'Skipped';
  if (!skipped && !passGates(step, name, 'before')) return false;
  if (!skipped && step.stage(name).after.some(isOpen) && !passGates(step, name, 'after')) return false;
  advanceBatches(step, name);
  startClusters(step, name);
  if (!isSettled(step.stage(name))) return false;
  if (skipped) return true;
  if (!passGates(step, name, 'after')) return false;
  if (step.stage(name).phase !== 'Succeeded') step.emit('StageSucceeded', { stage: name });
  return true;
};
