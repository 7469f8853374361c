import type { RunEvent } from '../events';
import { changeMembers, setStage } from '../stages';
import type { Run } from '../state';

/** What an event changes in a stage as a whole. */
export const foldStage = (run: Run, event: RunEvent): Run => {
  switch (event.type) {
    case 'MembershipChanged':
      return { ...run, stages: changeMembers(run.stages, event.data.joined, event.data.left) };
    case 'StageStarted':
      return setStage(run, event.data.stage, { phase: 'Progressing' });
    case 'StagePromoted':
      return setStage(run, event.data.stage, { promoted: true });
    case 'StageSkipped':
      return setStage(run, event.data.stage, { phase: 'Skipped' });
    case 'StageSucceeded':
      return setStage(run, event.data.stage, { phase: 'Succeeded' });
    default:
      return run;
  }
};
