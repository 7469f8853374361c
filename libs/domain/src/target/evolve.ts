import { keyOf } from '../kubernetes/objects';
import { evolveDrift } from './drift';
import type { TargetEvent } from './events';
import type { TargetState } from './state';

export const evolveTarget = (state: TargetState, event: TargetEvent): TargetState => {
  switch (event.type) {
    case 'PlanApplied': {
      const { failure: _, ...rest } = state;
      const { generation, objects } = event.data;
      const delays = without(state.delays, new Set(objects.map(({ ref }) => keyOf(ref))));
      return { ...rest, delays, appliedGeneration: generation };
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
      return { ...state, ...evolveDrift(state, event) };
    case 'ObjectsPruned': {
      const gone = new Set(event.data.objects.map(keyOf));
      const delays = without(state.delays, gone);
      return { ...state, ...evolveDrift(state, event), delays, strays: [] };
    }
    case 'DeletesDelayed': {
      const { objects } = event.data;
      const told = Object.fromEntries(objects.map((delay) => [keyOf(delay.object), delay]));
      return { ...state, delays: { ...state.delays, ...told } };
    }
    case 'StrayFound':
      return { ...state, strays: [...state.strays, event.data.uid] };
    case 'ServiceSwitched':
      return { ...state, switchedGeneration: event.data.generation };
    case 'IdleColourRetired':
      return { ...state, retiredGeneration: event.data.generation };
    default:
      return state;
  }
};

const without = <Value>(
  record: Readonly<Record<string, Value>>,
  keys: ReadonlySet<string>,
): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !keys.has(key)));
