import { accept, reject, type Decision } from '../kernel/decider';
import { actOnRun } from './act/act-on-run';
import { advance } from './advance';
import type { RunCommand } from './commands';
import type { RunEvent } from './events';
import { recordMeasurement } from './record-measurement';
import { isOver, type RunState } from './state';

export const decideRun = (state: RunState, command: RunCommand): Decision<RunEvent> => {
  if (command.type === 'CreateRun') {
    if (state.exists) return reject('conflict', 'run-exists', `run ${state.run} exists`);
    const { type: _, ...data } = command;
    return accept({ type: 'RunCreated', data });
  }
  if (!state.exists) return reject('notFound', 'run-not-found', 'no such run');
  // Only a person is told that it is too late; the engine and a newer release ask again without knowing.
  if (command.type === 'ActOnRun') return actOnRun(state, command);
  if (isOver(state.phase)) return accept();
  const of = { application: state.application, run: state.run };
  switch (command.type) {
    case 'AdvanceRun':
      return accept(...advance(state, command.fleet, command.now));
    case 'RecordMeasurement':
      return recordMeasurement(state, command);
    case 'SupersedeRun':
      return accept({ type: 'RunSuperseded', data: { ...of, by: command.by } });
    case 'AbortRun':
      return accept({ type: 'RunAborted', data: { ...of, reason: command.reason } });
  }
};
