import { accept, type Decision } from '../kernel/decider';
import { gist } from './gist';
import type { TargetCommand } from './commands';
import { driftDecider } from './drift';
import type { TargetEvent } from './events';
import type { TargetState } from './state';

/** Observations are never refused; one that says nothing new, or speaks of an overtaken plan, records nothing. */
export const decideTarget = (state: TargetState, command: TargetCommand): Decision<TargetEvent> => {
  const { application, cluster } = command;
  switch (command.type) {
    case 'RecordApplied': {
      const { generation, hash, objects } = command;
      if (generation <= state.appliedGeneration) return accept();
      return accept({ type: 'PlanApplied', data: { application, cluster, generation, hash, objects } });
    }
    case 'RecordApplyFailed': {
      const { type: _, ...data } = command;
      if (data.generation <= state.appliedGeneration) return accept();
      if (state.failure?.generation === data.generation && state.failure.message === data.message)
        return accept();
      return accept({ type: 'ApplyFailed', data });
    }
    case 'RecordHealth': {
      const { type: _, ...data } = command;
      const { health } = state;
      if (health && (data.generation < health.generation || sameVerdict(health, data))) return accept();
      return accept({ type: 'HealthChanged', data });
    }
    case 'RecordDrift':
    case 'RecordDriftCorrected':
    case 'RecordCalm':
      return driftDecider.decide(state, command);
    case 'RecordPruned':
      if (command.objects.length === 0) return accept();
      return accept({ type: 'ObjectsPruned', data: { application, cluster, objects: command.objects } });
  }
};

const sameVerdict = (
  known: { generation: number; status: string; message: string },
  seen: { generation: number; status: string; message: string },
): boolean =>
  known.generation === seen.generation &&
  known.status === seen.status &&
  (seen.status === 'Current' || gist(known.message) === gist(seen.message));
