import type { Command } from 'commander';
import { allPages } from '../api/pages';
import type { Accepted, Window } from '../api/types';
import type { Host } from '../host';
import { table } from '../output/table';

export const windowsCommand = (program: Command, host: Host): void => {
  const windows = program
    .command('windows')
    .description('List the windows; "keelson apply" defines them.')
    .action(async () => {
      const items = await allPages<Window>(await host.api(), '/windows');
      host.answer(items, () => windowTable(items));
    });
  windows
    .command('rm <name>')
    .description('Delete a window.')
    .option('--reason <text>', 'kept in the audit log')
    .action(async (name: string, { reason }: { reason?: string }) => {
      const api = await host.api();
      const path = `/windows/${encodeURIComponent(name)}`;
      const answer = await api.delete<Accepted>(path, { query: { reason } });
      host.answer(answer, () => `window ${name} deleted at position ${answer.position}`);
    });
};

const windowTable = (windows: readonly Window[]): string => {
  if (windows.length === 0) return 'no windows: "keelson apply -f FILE" defines one (kind: Window)';
  const rows = windows.map(({ name, kind, schedule, duration, timezone, open, changesAt }) => [
    name,
    kind,
    schedule,
    duration,
    timezone,
    open ? 'open' : 'closed',
    changesAt ?? 'never',
  ]);
  return table(['NAME', 'KIND', 'SCHEDULE', 'DURATION', 'TIMEZONE', 'NOW', 'CHANGES AT'], rows);
};
