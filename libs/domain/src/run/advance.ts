import type { Observation } from './commands';
import type { RunEvent } from './events';
import { judgeClusters } from './engine/judging';
import { passWindows, sayWaiting } from './engine/kept-back';
import { changeMembership, takeBack } from './engine/membership';
import { goBack } from './engine/rolling-back';
import { walkPaused, walkStages } from './engine/stage-order';
import { Step } from './engine/step';
import { breakOrMend } from './engine/tolerance';
import { isOver, type Run } from './state';

/**
 * Moves a run as far as what is known now allows. The same state, fleet and time always give the same events; nothing
 * new gives none, so it may be called at any time and any number of times.
 *
 * The rules are gone through until they say nothing more, because what one decides may be what another waits for: a
 * cluster that is begun anew may turn out to have its batch already.
 */
export const advance = (run: Run, fleet: readonly Observation[], now: number): RunEvent[] => {
  if (isOver(run.phase)) return [];
  const step = new Step(run, now, fleet);
  changeMembership(step);
  let said: number;
  let passes = 0;
  do {
    passes += 1;
    if (passes > MOST_PASSES) throw new Error(`the rules of run ${run.run} contradict each other`);
    said = step.events.length;
    step.keptBack.clear();
    if (!step.run.rollingBack) goForward(step);
    if (step.run.rollingBack) goBack(step);
    if (isOver(step.run.phase)) return step.events;
  } while (step.events.length > said);
  sayWaiting(step);
  return step.events;
};

/** Three are the most that 29,000 looks at random fleets took. Rules that undo each other would say something for ever, and stop everything else in the process. */
const MOST_PASSES = 100;

const goForward = (step: Step): void => {
  takeBack(step);
  judgeClusters(step);
  breakOrMend(step);
  if (step.run.rollingBack) return;
  passWindows(step);
  if (step.run.paused) walkPaused(step);
  else walkStages(step);
};
