import type { Command } from 'commander';
import { allPages } from '../api/pages';
import type { Run } from '../api/types';
import type { Host } from '../host';
import { paintPhase } from '../output/colours';
import { table } from '../output/table';
import { age, shortHash } from '../output/text';

export const runsCommand = (program: Command, host: Host): void => {
  program
    .command('runs')
    .description('List the runs.')
    .option('--application <name>', 'of one application')
    .option('--phase <phase>', 'in one phase, for example Progressing')
    .action(async (filters: { application?: string; phase?: string }) => {
      const items = await allPages<Run>(await host.api(), '/runs', { ...filters });
      host.answer(items, () => runTable(items, host));
    });
};

const runTable = (runs: readonly Run[], { colours }: Host): string => {
  if (runs.length === 0) return 'no runs';
  const now = Date.now();
  const rows = runs.map((run) => [
    run.id,
    run.application,
    run.version,
    shortHash(run.revision),
    paintPhase(colours, run.phase),
    age(run.startedAt, now),
    run.reason ?? '',
  ]);
  return table(['ID', 'APPLICATION', 'VERSION', 'REVISION', 'PHASE', 'AGE', ''], rows);
};
