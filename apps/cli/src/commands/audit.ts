import type { Command } from 'commander';
import type { AuditEvent, Page } from '../api/types';
import { parseCount, parseTime } from '../arguments';
import type { Host } from '../host';
import { eventTable } from './event-line';
import { withLogFilters, type LogFilters } from './log-filters';

interface AuditFilters extends LogFilters {
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

export const auditCommand = (program: Command, host: Host): void => {
  withLogFilters(program.command('audit'))
    .description('Who changed what, where, when and why.')
    .option('--from <time>', 'RFC 3339', parseTime)
    .option('--to <time>', 'RFC 3339', parseTime)
    .option('--limit <count>', 'at most so many', parseCount, 100)
    .action(async (filters: AuditFilters) => {
      const api = await host.api();
      const page = await api.get<Page<AuditEvent>>('/audit', { query: { ...filters } });
      host.answer(page.items, () => eventTable(page.items));
      if (page.next !== null && !host.json) host.note(`more: --after ${page.next}`);
    });
};
