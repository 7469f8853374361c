import { durationMs } from '../../kernel/duration';
import type { Gate } from '../../strategy';
import { tally, type Verification } from '../../verification';
import type { Decided, GateSide } from '../events';
import { gateIn } from '../stages';
import type { RunGate, RunStage } from '../state';
import { beginRollback } from './rolling-back';
import { rulesOf } from './rules';
import type { Step } from './step';

export interface AtGate {
  readonly stage: string;
  readonly side: GateSide;
  readonly gate: number;
}

/** True when every gate of that side is passed; else the first that is not is begun, or judged. */
export const passGates = (step: Step, stage: string, side: GateSide): boolean => {
  if (!takesPart(step.stage(stage))) return true;
  const rules = rulesOf(step.run, stage)[side];
  return rules.every((rule, gate) => passGate(step, { stage, side, gate }, rule));
};

/** One of that side was begun and is not passed: nothing of the stage moves meanwhile. */
export const isOpen = ({ phase }: RunGate): boolean =>
  phase === 'Running' || phase === 'Failed' || phase === 'Inconclusive';

/** A stage that has no cluster, or whose clusters were all left out, has nothing that a gate could stop. */
const takesPart = ({ clusters }: RunStage): boolean =>
  clusters.some(({ phase }) => phase !== 'Skipped' && phase !== 'SetAside');

const passGate = (step: Step, at: AtGate, rule: Gate): boolean => {
  if (gateIn(step.run, at)?.phase === 'Pending') {
    step.emit('GateStarted', { ...at, gateType: rule.type, at: step.at });
  }
  const gate = gateIn(step.run, at);
  if (gate?.phase === 'Running') judgeGate(step, at, rule, gate);
  // The no was said while a person's pause outweighed it, and that pause is over.
  else if (gate?.phase === 'Failed') pauseFor(step, at, gate.message ?? '');
  return gateIn(step.run, at)?.phase === 'Passed';
};

const judgeGate = (step: Step, at: AtGate, rule: Gate, gate: RunGate): void => {
  switch (rule.type) {
    case 'Approval':
      return;
    case 'TimedWait':
      if (step.stage(at.stage).promoted) step.emit('GatePassed', { ...at, message: 'promoted' });
      else if (step.now >= (gate.startedAt ?? step.now) + durationMs(rule.duration)) {
        step.emit('GatePassed', at);
      }
      return;
    case 'Verification':
      return judgeVerification(step, at, rule, gate);
  }
};

const judgeVerification = (step: Step, at: AtGate, rule: Verification, { measurements }: RunGate): void => {
  const { phase, message } = tally(rule, measurements);
  switch (phase) {
    case 'Running':
      return;
    case 'Successful':
      return step.emit('GatePassed', { ...at, message });
    case 'Failed':
    case 'Error':
      return failGate(step, at, message);
    case 'Inconclusive':
      step.emit('GateInconclusive', { ...at, message });
      return step.emit('RunPaused', {
        stage: at.stage,
        reason: 'Inconclusive',
        message: `${where(at)}: ${message}`,
      });
  }
};

/**
 * A gate that says no stops the run; `Continue` goes on over failed clusters, not over a no. It does not take the place
 * of a pause that a person asked for: what answers the gate would lift that one too.
 */
export const failGate = (step: Step, at: AtGate, message: string, decided: Partial<Decided> = {}): void => {
  step.emit('GateFailed', { ...at, ...decided, message });
  if (step.run.strategy.onFailure === 'Rollback') {
    beginRollback(step, { ...decided, reason: 'GateFailed', message: `${where(at)}: ${message}` });
  } else if (step.run.paused?.reason !== 'Requested') {
    pauseFor(step, at, message, decided);
  }
};

const pauseFor = (step: Step, at: AtGate, message: string, decided: Partial<Decided> = {}): void =>
  step.emit('RunPaused', {
    ...decided,
    stage: at.stage,
    reason: 'GateFailed',
    message: `${where(at)}: ${message}`,
  });

const where = ({ stage, side, gate }: AtGate): string => `stage ${stage}: gate ${gate + 1} ${side} it`;
