import { accept, type Decision } from '../kernel/decider';
import type { RunCommand } from './commands';
import { Step } from './engine/step';
import type { RunEvent } from './events';
import { gateIn } from './stages';
import type { Run } from './state';

/**
 * Keeps a measurement that was asked for. One that comes twice, or after its gate was answered, is dropped without a
 * word: who measured cannot know better. What it means for the gate is the engine's next decision.
 */
export const recordMeasurement = (
  run: Run,
  { stage, side, gate, index, measurement, now }: Extract<RunCommand, { type: 'RecordMeasurement' }>,
): Decision<RunEvent> => {
  const at = { stage, side, gate };
  const state = gateIn(run, at);
  if (state?.phase !== 'Running' || state.measurements.length !== index || run.rollingBack) return accept();
  const step = new Step(run, now);
  step.emit('MeasurementTaken', { ...at, index, measurement, at: step.at });
  return accept(...step.events);
};
