import type { NumberedCommand } from '../script/commands';
import type { Journal } from '../world/journal';

interface RunView {
  readonly id: string;
  readonly phase: string;
}

/** What a person tries on a run that is paused, until it takes one: the rest says why it does not. */
const ANSWERS = ['resume', 'approve', 'abort'] as const;

/** Answers every run that waits for a person. Runs go on by themselves otherwise. */
export const answerRuns = async (
  runs: readonly RunView[],
  journal: Journal,
  numbered: (command: NumberedCommand['command']) => NumberedCommand,
): Promise<void> => {
  for (const { id, phase } of runs) {
    const actions = phase === 'Paused' ? ANSWERS : phase === 'AwaitingApproval' ? (['approve'] as const) : [];
    for (const action of actions) {
      const { status } = await journal.send(numbered({ do: 'act', run: id, action }));
      if (status < 300) break;
    }
  }
};
