import type { Command } from 'commander';
import { followEvents } from '../api/event-stream';
import type { AuditEvent, Page } from '../api/types';
import type { Host } from '../host';
import { eventLine, eventTable } from './event-line';
import { withLogFilters, type LogFilters } from './log-filters';

export const eventsCommand = (program: Command, host: Host): void => {
  withLogFilters(program.command('events'))
    .description('Show events; with -f, those that happen from now on, until interrupted.')
    .option('-f, --follow', 'with --after, first those behind that position')
    .action(async ({ follow, ...filters }: LogFilters & { follow?: true }) => {
      if (follow) return followLog(host, filters);
      const api = await host.api();
      const { items } = await api.get<Page<AuditEvent>>('/audit', { query: { ...filters } });
      host.answer(items, () => eventTable(items));
    });
};

/** With `-o json` one object a line, because a list that never ends cannot be one document. */
const followLog = async (host: Host, { after, ...query }: LogFilters): Promise<void> => {
  const stream = followEvents(await host.api(), {
    query,
    ...(after === undefined ? {} : { after }),
    ...(host.io.signal ? { signal: host.io.signal } : {}),
    onBreak: (why) => host.note(`${why}; trying again`),
  });
  for await (const event of stream) host.line(host.json ? JSON.stringify(event) : eventLine(event));
};
