import { keyOf } from '../kubernetes/objects';
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
      return { ...state, drift: { ...state.drift, [keyOf(event.data.object)]: event.data.changes } };
    case 'DriftCorrected': {
      const { [keyOf(event.data.object)]: _, ...drift } = state.drift;
      return { ...state, drift };
    }
    case 'ObjectsPruned': {
      const gone = new Set(event.data.objects.map(keyOf));
      return {
        ...state,
        drift: Object.fromEntries(Object.entries(state.drift).filter(([key]) => !gone.has(key))),
      };
    }
    default:
      return state;
  }
};
