import type { Gate } from '../../strategy';
import { isOpen, type AtGate } from '../engine/gates';
import { rulesOf } from '../engine/rules';
import type { Run, RunGate } from '../state';

export interface OpenGate {
  readonly at: AtGate;
  readonly rule: Gate;
  readonly gate: RunGate;
}

/** Gates that were begun and are not passed, in stage order: of the stage, if one is named. */
export const openGates = (run: Run, only?: string): OpenGate[] =>
  run.stages
    .filter(({ name, phase }) => phase === 'Progressing' && (only === undefined || only === name))
    .flatMap((stage) =>
      (['before', 'after'] as const).flatMap((side) =>
        rulesOf(run, stage.name)[side].flatMap((rule, index): OpenGate[] => {
          const gate = stage[side][index];
          if (!gate || !isOpen(gate)) return [];
          return [{ at: { stage: stage.name, side, gate: index }, rule, gate }];
        }),
      ),
    );

/** The gate that only a person can answer. */
export const gateToAnswer = (run: Run, stage?: string): OpenGate | undefined =>
  openGates(run, stage).find(
    ({ rule, gate }) =>
      gate.phase === 'Inconclusive' || (rule.type === 'Approval' && gate.phase === 'Running'),
  );

export const gatesToRetry = (run: Run, stage?: string): OpenGate[] =>
  openGates(run, stage).filter(({ gate }) => gate.phase !== 'Running');
