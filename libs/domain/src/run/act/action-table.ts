import type { RunAction } from '../actions';
import { SITUATIONS, type Situation } from './situation';

export interface ActionRule {
  /** For people: what it does. */
  readonly does: string;
  /** What must be there beyond a situation that allows it; `admits` looks for it. */
  readonly needs?: string;
  /** Situations that do not allow it, each with the reason that a person gets; every other one allows it. */
  readonly refused: Readonly<Partial<Record<Situation, string>>>;
}

const OVER = { over: 'the run is over' } as const;
const NOT_PAUSED = 'the run is not paused';
const GOING_BACK = 'the run is going back already, and ends with that';
const GATE_FAILED = 'a gate failed: retry the gate, skip the stage, roll back or abort';
const INCONCLUSIVE =
  'a verification could not tell: approve, reject or retry it, skip the stage, roll back or abort';

/**
 * Which action a run takes in which situation: the one table that decides, and that docs/runs.md shows (a spec compares
 * the two).
 */
export const ACTION_TABLE: Readonly<Record<RunAction, ActionRule>> = {
  pause: {
    does: 'nothing starts or advances until a person resumes; what is under way is judged',
    refused: {
      'Paused: Requested': 'the run is paused already',
      'Paused: GateFailed': 'the run is paused already, until its gate is answered',
      'Paused: Inconclusive': 'the run is paused already, until its gate is answered',
      RollingBack: 'a rollback waits for nobody',
      ...OVER,
    },
  },
  resume: {
    does: 'goes on; the failures that paused it are accepted and do not count any more',
    refused: {
      Pending: NOT_PAUSED,
      Progressing: NOT_PAUSED,
      AwaitingApproval: NOT_PAUSED,
      Baking: NOT_PAUSED,
      Verifying: NOT_PAUSED,
      'Paused: GateFailed': GATE_FAILED,
      'Paused: Inconclusive': INCONCLUSIVE,
      RollingBack: GOING_BACK,
      ...OVER,
    },
  },
  abort: {
    does: 'ends the run: clusters that are not finished go back, finished ones stay, the others are not begun',
    refused: { RollingBack: GOING_BACK, ...OVER },
  },
  rollback: {
    does: 'takes every cluster that the run moved back to what it had, all at once, through holds and windows',
    refused: { RollingBack: GOING_BACK, ...OVER },
  },
  promote: {
    does: 'the stage (the current one, unless named) skips timed waits, pauses and minSuccessTime; not health, approvals or verifications',
    needs: 'a stage that is neither through nor promoted already',
    refused: {
      'Paused: GateFailed': GATE_FAILED,
      'Paused: Inconclusive': INCONCLUSIVE,
      RollingBack: GOING_BACK,
      ...OVER,
    },
  },
  retry: {
    does: 'tries again what failed (the cluster, if named, else all clusters and the gate), with the same frozen content',
    needs: 'a cluster that failed, or (unless a cluster is named) a gate that failed or could not tell',
    refused: OVER,
  },
  skip: {
    does: 'leaves out a cluster (one that was begun goes back) or a stage (what is under way in it is finished)',
    needs: 'the name of a cluster that is not finished, or of a stage that is not through',
    refused: { RollingBack: GOING_BACK, ...OVER },
  },
  approve: {
    does: 'passes the Approval that waits, or the Verification that could not tell',
    needs: 'such a gate',
    refused: { 'Paused: GateFailed': GATE_FAILED, RollingBack: GOING_BACK, ...OVER },
  },
  reject: {
    does: 'fails the Approval that waits, or the Verification that could not tell',
    needs: 'such a gate',
    refused: { 'Paused: GateFailed': GATE_FAILED, RollingBack: GOING_BACK, ...OVER },
  },
  override: {
    does: 'holds, windows and dependencies do not stop this run from now on',
    needs: 'a reason, and no override before',
    refused: { RollingBack: 'a rollback passes holds and windows anyway', ...OVER },
  },
};

/** Rows of the two tables of docs/runs.md: action by situation, and the reason for every no. */
export const actionMatrix = (): string[][] => [
  ['action', ...SITUATIONS],
  ...Object.entries(ACTION_TABLE).map(([action, { refused }]) => [
    action,
    ...SITUATIONS.map((situation) => (refused[situation] === undefined ? 'yes' : 'no')),
  ]),
];

export const actionDetails = (): string[][] => [
  ['action', 'what it does', 'needs', 'refused, with the reason'],
  ...Object.entries(ACTION_TABLE).map(([action, { does, needs, refused }]) => [
    action,
    does,
    needs ?? '–',
    reasons(refused),
  ]),
];

/** Situations with the same reason are named together, in the table's order. */
const reasons = (refused: ActionRule['refused']): string => {
  const byReason = new Map<string, Situation[]>();
  for (const situation of SITUATIONS) {
    const reason = refused[situation];
    if (reason) byReason.set(reason, [...(byReason.get(reason) ?? []), situation]);
  }
  return [...byReason].map(([reason, where]) => `${where.join(', ')}: "${reason}"`).join('; ');
};
