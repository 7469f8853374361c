import type { RunEvent } from './events';
import type { Run, RunGate, RunPhase } from './state';

const ENDS: Partial<Record<RunEvent['type'], RunPhase>> = {
  RunSucceeded: 'Succeeded',
  RunFailed: 'Failed',
  RunRolledBack: 'RolledBack',
  RunSuperseded: 'Superseded',
  RunAborted: 'Aborted',
};

const GATE_PHASES: Readonly<Record<string, RunPhase>> = {
  Approval: 'AwaitingApproval',
  TimedWait: 'Baking',
  Verification: 'Verifying',
};

/** One word for what the run does after this event; what comes first outweighs what comes after. */
export const phaseOf = (run: Run, event: RunEvent): RunPhase => {
  const end = ENDS[event.type];
  if (end) return end;
  if (run.rollingBack) return 'RollingBack';
  if (run.paused) return 'Paused';
  const gate = openGate(run);
  if (gate) return GATE_PHASES[gate] ?? 'Progressing';
  return run.stages.every(({ phase }) => phase === 'Pending') ? 'Pending' : 'Progressing';
};

/** Type of the gate that is being waited for, where there is one. */
const openGate = (run: Run): string | undefined => {
  for (const { name, phase, before, after } of run.stages) {
    if (phase !== 'Progressing') continue;
    const rules = run.strategy.stages.find((stage) => stage.name === name);
    const isOpen = ({ phase }: RunGate): boolean => phase === 'Running' || phase === 'Inconclusive';
    const type = rules?.before[before.findIndex(isOpen)]?.type ?? rules?.after[after.findIndex(isOpen)]?.type;
    if (type) return type;
  }
  return undefined;
};
