import type { Command } from 'commander';
import type { Run } from '../api/types';
import { EXIT } from '../exit-code';
import type { Host } from '../host';
import { runLines } from '../output/run-view';
import { exitCodeOf, watchRun } from '../output/watch-run';

export const runCommand = (program: Command, host: Host): void => {
  program
    .command('run <id>')
    .description('Show a run, its stages and its clusters.')
    .option('--watch', 'follow it until it ends; exit code 1 if it fails or stops')
    .action(async (id: string, { watch }: { watch?: true }) => {
      if (watch) return followRun(host, id);
      const api = await host.api();
      const run = await api.get<Run>(`/runs/${encodeURIComponent(id)}`);
      host.answer(run, () => runLines(run, host.colours, Date.now()).join('\n'));
    });
};

/** The live view of `run --watch` and `release --wait`; the exit code is the run's. */
export const followRun = async (host: Host, id: string, minPosition?: number): Promise<void> => {
  const run = await watchRun(await host.api(), host.io, id, {
    quiet: host.json,
    ...(minPosition === undefined ? {} : { minPosition }),
  });
  if (host.json) host.answer(run, () => '');
  host.exitCode = exitCodeOf(run) ?? EXIT.done;
};
