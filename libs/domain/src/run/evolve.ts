import type { RunEvent } from './events';
import { foldCluster } from './fold/clusters';
import { foldCourse } from './fold/course';
import { foldGate } from './fold/gates';
import { foldStage } from './fold/stages';
import { phaseOf } from './phase-of';
import { emptyStages } from './stages';
import type { Run, RunState } from './state';

export const evolveRun = (state: RunState, event: RunEvent): RunState => {
  if (event.type === 'RunCreated') return create(event.data);
  if (!state.exists) return state;
  const next = foldCourse(foldCluster(foldGate(foldStage(state, event), event), event), event);
  return next === state ? state : { ...next, phase: phaseOf(next, event) };
};

const create = ({
  run,
  application,
  release,
  version,
  revision,
  strategy,
  rollback,
  callback,
}: Extract<RunEvent, { type: 'RunCreated' }>['data']): Run => ({
  exists: true,
  run,
  application,
  release,
  version,
  revision,
  strategy,
  rollback: rollback ?? false,
  phase: 'Pending',
  stages: emptyStages(strategy),
  waiting: [],
  ...(callback ? { callback } : {}),
});
