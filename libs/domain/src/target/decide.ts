import { accept, type Decision } from '../kernel/decider';
import { sameJson } from '../kernel/same-json';
import { keyOf } from '../kubernetes/objects';
import { gist } from './gist';
import type { TargetCommand } from './commands';
import { driftDecider } from './drift';
import type { Delay, TargetEvent } from './events';
import type { TargetState } from './state';

/** Observations are never refused; one that says nothing new, or speaks of an overtaken plan, records nothing. */
export const decideTarget = (state: TargetState, command: TargetCommand): Decision<TargetEvent> => {
  const { application, cluster } = command;
  switch (command.type) {
    case 'RecordApplied': {
      const { type: _, at, ...data } = command;
      if (data.generation <= state.appliedGeneration) return accept();
      // Of a target that was gone meanwhile the worker does not know what was open.
      const ended = data.objects.flatMap(({ ref: object }): TargetEvent[] => {
        if (at === undefined || !(keyOf(object) in state.drift)) return [];
        return [{ type: 'DriftCorrected', data: { application, cluster, object, at, how: 'Applied' } }];
      });
      return accept({ type: 'PlanApplied', data }, ...ended);
    }
    case 'RecordMade': {
      const { type: _, ...data } = command;
      return accept({ type: 'ObjectsMade', data });
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
    case 'RecordPruned': {
      const { type: _, ...data } = command;
      return data.objects.length === 0 ? accept() : accept({ type: 'ObjectsPruned', data });
    }
    case 'RecordDelays': {
      const objects = command.objects.filter(
        (delay) => !saysTheSame(state.delays[keyOf(delay.object)], delay),
      );
      return objects.length === 0
        ? accept()
        : accept({ type: 'DeletesDelayed', data: { application, cluster, objects } });
    }
    case 'RecordStray': {
      const { type: _, ...data } = command;
      return state.strays.includes(data.uid) ? accept() : accept({ type: 'StrayFound', data });
    }
    case 'RecordSwitched': {
      const { type: _, ...data } = command;
      if (data.generation <= (state.switchedGeneration ?? 0)) return accept();
      return accept({ type: 'ServiceSwitched', data });
    }
    case 'RetireIdleColour': {
      const { type: _, ...data } = command;
      if (data.generation <= (state.retiredGeneration ?? 0)) return accept();
      return accept({ type: 'IdleColourRetired', data });
    }
  }
};

const sameVerdict = (
  known: { generation: number; status: string; message: string },
  seen: { generation: number; status: string; message: string },
): boolean =>
  known.generation === seen.generation &&
  known.status === seen.status &&
  (seen.status === 'Current' || gist(known.message) === gist(seen.message));

const saysTheSame = (known: Delay | undefined, seen: Delay): boolean =>
  known !== undefined &&
  sameJson({ ...known, message: gist(known.message) }, { ...seen, message: gist(seen.message) });
