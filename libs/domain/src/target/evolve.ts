import { evolveDrift } from './drift';
import type { TargetEvent } from './events';
import type { TargetState } from './state';

export const evolveTarget = (state: TargetState, event: TargetEvent): TargetState => {
  switch (event.type) {
    case 'PlanApplied': {
      const { failure: _, ...rest } = state;
      return { ...rest, appliedGeneration: event.data.generation };
    }
    case 'ApplyFailed': {
      const { generation, message } = event.data;
      return { ...state, failure: { generation, message } };
    }
    case 'HealthChanged': {
      const { generation, status, message } = event.data;
      return { ...state, health: { generation, status, message } };
    }
    case 'DriftDetected':
    case 'DriftCorrected':
    case 'DriftSettled':
    case 'ObjectsPruned':
      return { ...state, ...evolveDrift(state, event) };
    default:
      return state;
  }
};
