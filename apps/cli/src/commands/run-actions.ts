import type { Command } from 'commander';
import type { Accepted } from '../api/types';
import type { Host } from '../host';

interface Action {
  readonly name: string;
  readonly does: string;
  readonly done: string;
  /** What can be named, beyond the run. */
  readonly at: readonly ('stage' | 'cluster')[];
}

const ACTIONS: readonly Action[] = [
  { name: 'pause', does: 'Let nothing start or advance until it is resumed.', done: 'paused', at: [] },
  { name: 'resume', does: 'Go on; failures that paused it are accepted.', done: 'resumed', at: [] },
  { name: 'abort', does: 'End a run; clusters that are not finished go back.', done: 'aborted', at: [] },
  { name: 'approve', does: 'Pass the gate that waits for a person.', done: 'approved', at: ['stage'] },
  { name: 'reject', does: 'Fail the gate that waits for a person.', done: 'rejected', at: ['stage'] },
  { name: 'promote', does: 'Skip the waits of a stage, not its health.', done: 'promoted', at: ['stage'] },
  { name: 'retry', does: 'Try again what failed.', done: 'retried', at: ['stage', 'cluster'] },
  { name: 'skip', does: 'Leave out a stage or a cluster.', done: 'told to skip', at: ['stage', 'cluster'] },
  {
    name: 'override',
    does: 'Let a run pass holds, windows and dependencies; needs a reason.',
    done: 'overridden',
    at: [],
  },
];

export interface ActionOptions {
  readonly stage?: string;
  readonly cluster?: string;
  readonly reason?: string;
}

/** One command for each decision about a run; which of them fits is for the server to say. */
export const runActionCommands = (program: Command, host: Host): void => {
  for (const { name, does, done, at } of ACTIONS) {
    const command = program.command(`${name} <run>`).description(does);
    for (const what of at) command.option(`--${what} <name>`, `the ${what} that is meant`);
    command
      .option('--reason <text>', 'kept in the audit log')
      .action(async (run: string, options: ActionOptions) => {
        const answer = await actOnRun(host, run, name, options);
        host.answer(answer, () => `run ${run} ${done} at position ${answer.position}`);
      });
  }
};

export const actOnRun = async (
  host: Host,
  run: string,
  action: string,
  options: ActionOptions,
): Promise<Accepted> => {
  const api = await host.api();
  return api.post<Accepted>(`/runs/${encodeURIComponent(run)}/actions`, { action, ...options });
};
