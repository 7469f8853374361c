import { accept, reject, type Decision } from '../../kernel/decider';
import type { RunCommand } from '../commands';
import { failGate } from '../engine/gates';
import { beginRollback, goBack } from '../engine/rolling-back';
import { Step } from '../engine/step';
import { firstBroken } from '../engine/tolerance';
import type { Decided, RunEvent } from '../events';
import type { Run } from '../state';
import { admits } from './admits';
import { gatesToRetry, gateToAnswer } from './gates';
import { letGo } from './let-go';
import { skipCluster, skipStage } from './skip';
import { clustersToRetry, members, stageToPromote } from './subjects';

type Act = Extract<RunCommand, { type: 'ActOnRun' }>;

/** What a person asks of a run, or why the run does not take it. What follows from it is the engine's next decision. */
export const actOnRun = (run: Run, act: Act): Decision<RunEvent> => {
  const admission = admits(run, act.action, act.stage, act.cluster);
  if (!admission.ok) return admission;
  if (act.action === 'override' && !act.why?.trim()) {
    return reject('invalid', 'reason-required', 'an override needs a reason', [
      { path: '/reason', message: 'is needed to override' },
    ]);
  }
  const step = new Step(run, act.now);
  const decided: Decided = { by: act.by, ...(act.why ? { why: act.why } : {}) };
  carryOut(step, act, decided);
  return accept(...step.events);
};

const carryOut = (step: Step, { action, stage, cluster, by }: Act, decided: Decided): void => {
  const said = decided.why ? `: ${decided.why}` : '';
  switch (action) {
    case 'pause':
      return step.emit('RunPaused', { ...decided, reason: 'Requested', message: `paused by ${by}${said}` });
    case 'resume':
      return resume(step, decided);
    case 'abort':
      for (const member of members(step.run)) if (isUnfinished(member.cluster.phase)) letGo(step, member);
      return step.emit('RunAborted', { ...decided, reason: 'Requested' });
    case 'rollback':
      beginRollback(step, { ...decided, reason: 'Requested', message: `rolled back by ${by}${said}` });
      return goBack(step);
    case 'promote': {
      const name = stageToPromote(step.run, stage)?.name;
      return name === undefined ? undefined : step.emit('StagePromoted', { stage: name, ...decided });
    }
    case 'retry':
      return retry(step, decided, stage, cluster);
    case 'skip':
      if (cluster !== undefined) skipCluster(step, cluster, decided);
      else if (stage !== undefined) skipStage(step, stage, decided);
      return resumeIfMended(step, decided);
    case 'approve': {
      const gate = gateToAnswer(step.run, stage);
      if (gate) step.emit('GatePassed', { ...gate.at, ...decided });
      return resumeIfMended(step, decided);
    }
    case 'reject': {
      const gate = gateToAnswer(step.run, stage);
      if (gate) failGate(step, gate.at, `rejected by ${by}${said}`, decided);
      return step.run.rollingBack ? goBack(step) : undefined;
    }
    case 'override':
      return step.emit('RunOverridden', {
        ...decided,
        passed: step.run.waiting.filter(({ kind }) => kind !== 'Run'),
      });
  }
};

const isUnfinished = (phase: string): boolean => phase !== 'Succeeded' && phase !== 'Skipped';

/** A pause for failures is a question: to resume is to say that those there are do not matter. */
const resume = (step: Step, decided: Decided): void => {
  const accepted =
    step.run.paused?.reason === 'FailuresExceeded'
      ? members(step.run).filter(({ cluster }) => cluster.phase === 'Failed' && !cluster.accepted)
      : [];
  step.emit('RunResumed', {
    ...decided,
    reason: 'Requested',
    ...(accepted.length > 0 ? { accepted: accepted.map(({ cluster }) => cluster.name) } : {}),
  });
};

const retry = (step: Step, decided: Decided, stage?: string, cluster?: string): void => {
  for (const member of clustersToRetry(step.run, stage, cluster)) {
    const at = { stage: member.stage, cluster: member.cluster.name };
    step.emit('ClusterRetried', { ...at, ...decided, at: step.at });
  }
  if (step.run.rollingBack) return;
  const gates = cluster === undefined ? gatesToRetry(step.run, stage) : [];
  for (const { at } of gates) step.emit('GateRetried', { ...at, ...decided, at: step.at });
  resumeIfMended(step, decided);
};

/** A run that was paused for what a person has now dealt with goes on; one that a person paused does not. */
const resumeIfMended = (step: Step, decided: Decided): void => {
  const { paused } = step.run;
  if (!paused || paused.reason === 'Requested') return;
  const mended =
    paused.reason === 'FailuresExceeded' ? !firstBroken(step.run) : gatesToRetry(step.run).length === 0;
  if (mended) step.emit('RunResumed', { ...decided, reason: 'Requested' });
};
