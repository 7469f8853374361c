import { reject, type Rejection } from '../../kernel/decider';
import type { RunAction } from '../actions';
import { isOver, type Run } from '../state';
import { ACTION_TABLE } from './action-table';
import { gatesToRetry, gateToAnswer } from './gates';
import { situationOf } from './situation';
import { clustersToRetry, isThrough, members, stageToPromote } from './subjects';

export type Admission = { readonly ok: true } | { readonly ok: false; readonly rejection: Rejection };

/**
 * Whether a run takes an action now, on the stage or cluster that is named. A refusal says why, for people; its codes are
 * `stage-not-found`, `cluster-not-found`, `run-over` and `action-refused`.
 */
export const admits = (run: Run, action: RunAction, stage?: string, cluster?: string): Admission => {
  const unknown = unknownSubject(run, stage, cluster);
  if (unknown) return unknown;
  const refused = ACTION_TABLE[action].refused[situationOf(run)] ?? unmet(run, action, stage, cluster);
  if (refused === undefined) return { ok: true };
  if (isOver(run.phase)) {
    return reject('conflict', 'run-over', `cannot ${action}: ${refused} (${run.phase})`);
  }
  return reject('conflict', 'action-refused', `cannot ${action}: ${refused}`);
};

const unknownSubject = (run: Run, stage?: string, cluster?: string): Admission | undefined => {
  if (stage !== undefined && !run.stages.some(({ name }) => name === stage)) {
    return reject('notFound', 'stage-not-found', `run ${run.run} has no stage ${stage}`);
  }
  const isNamed = (member: { stage: string; cluster: { name: string } }): boolean =>
    member.cluster.name === cluster && (stage === undefined || member.stage === stage);
  if (cluster !== undefined && !members(run).some(isNamed)) {
    const where = stage === undefined ? '' : ` in stage ${stage}`;
    return reject('notFound', 'cluster-not-found', `run ${run.run} has no cluster ${cluster}${where}`);
  }
  return undefined;
};

/** Why what the table says an action needs is not there. */
const unmet = (run: Run, action: RunAction, stage?: string, cluster?: string): string | undefined => {
  switch (action) {
    case 'promote': {
      const subject = stageToPromote(run, stage);
      if (!subject) return 'every stage is through';
      if (isThrough(subject)) return `stage ${subject.name} is through`;
      return subject.promoted ? `stage ${subject.name} is promoted already` : undefined;
    }
    case 'retry': {
      if (clustersToRetry(run, stage, cluster).length > 0) return undefined;
      if (cluster !== undefined) return `cluster ${cluster} has not failed`;
      const gates = run.rollingBack ? [] : gatesToRetry(run, stage);
      return gates.length > 0 ? undefined : 'nothing failed that another try could help';
    }
    case 'skip':
      return cluster === undefined ? unskippableStage(run, stage) : unskippableCluster(run, cluster);
    case 'approve':
    case 'reject':
      return gateToAnswer(run, stage) ? undefined : 'no gate waits for an answer';
    case 'override':
      return run.override && !run.override.kinds ? 'the run is overridden already' : undefined;
    case 'pause':
    case 'resume':
    case 'abort':
    case 'rollback':
      return undefined;
  }
};

const unskippableStage = (run: Run, name: string | undefined): string | undefined => {
  if (name === undefined) return 'name the cluster or the stage to skip';
  const stage = run.stages.find((candidate) => candidate.name === name);
  return stage && isThrough(stage) ? `stage ${name} is through` : undefined;
};

const unskippableCluster = (run: Run, name: string): string | undefined => {
  const phase = members(run).find(({ cluster }) => cluster.name === name)?.cluster.phase;
  if (phase === 'Succeeded') return `cluster ${name} is finished: roll back to undo it`;
  return phase === 'Skipped' ? `cluster ${name} is skipped already` : undefined;
};
