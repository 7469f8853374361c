import type { Command } from 'commander';
import { allPages } from '../api/pages';
import type { Accepted, Delivery, Webhook } from '../api/types';
import { UsageError } from '../errors';
import type { Host } from '../host';
import { table } from '../output/table';
import { age } from '../output/text';

export const webhooksCommand = (program: Command, host: Host): void => {
  const webhooks = program
    .command('webhooks')
    .description('List the webhooks; "keelson apply" defines them.')
    .action(async () => {
      const items = await allPages<Webhook>(await host.api(), '/webhooks');
      host.answer(items, () => webhookTable(items));
    });
  webhooks
    .command('rm <name>')
    .description('Delete a webhook, and what is still to be delivered to it.')
    .option('--reason <text>', 'kept in the audit log')
    .action(async (name: string, { reason }: { reason?: string }) => {
      const answer = await (await host.api()).delete<Accepted>(pathOf(name), { query: { reason } });
      host.answer(answer, () => `webhook ${name} deleted at position ${answer.position}`);
    });
  webhooks
    .command('deliveries <name>')
    .description('List what was delivered to a webhook, newest first, and what came of it.')
    .option('--failed', 'only what was given up')
    .option('--pending', 'only what is still to be delivered')
    .action(deliveries(host));
  webhooks
    .command('redeliver <name> <delivery>')
    .description('Deliver something once more.')
    .option('--reason <text>', 'kept in the audit log')
    .action(async (name: string, delivery: string, body: { reason?: string }) => {
      const path = `${pathOf(name)}/deliveries/${encodeURIComponent(delivery)}/redeliver`;
      const answer = await (await host.api()).post<Accepted>(path, body);
      host.answer(answer, () => `delivery ${delivery} is tried again, at position ${answer.position}`);
    });
  webhooks
    .command('replay <name>')
    .description('Tell everything from a position of the log on again.')
    .requiredOption('--from <position>', 'see "keelson audit"')
    .option('--reason <text>', 'kept in the audit log')
    .action(replay(host));
};

const pathOf = (name: string): string => `/webhooks/${encodeURIComponent(name)}`;

const deliveries =
  (host: Host) =>
  async (name: string, { failed, pending }: { failed?: true; pending?: true }): Promise<void> => {
    if (failed && pending) throw new UsageError('give --failed or --pending, not both');
    const query = failed ? { phase: 'Failed' } : pending ? { phase: 'Pending' } : {};
    const items = await allPages<Delivery>(await host.api(), `${pathOf(name)}/deliveries`, query);
    host.answer(items, () => (items.length === 0 ? 'no deliveries' : deliveryTable(items)));
  };

const replay =
  (host: Host) =>
  async (name: string, { from, reason }: { from: string; reason?: string }): Promise<void> => {
    if (!/^[1-9]\d*$/.test(from)) throw new UsageError(`--from ${from} is no position`);
    const body = { from: Number(from), reason };
    const answer = await (await host.api()).post<Accepted>(`${pathOf(name)}/replay`, body);
    host.answer(answer, () => `webhook ${name} is told again from position ${from} on`);
  };

const webhookTable = (webhooks: readonly Webhook[]): string => {
  if (webhooks.length === 0) return 'no webhooks';
  const rows = webhooks.map(
    ({ name, url, types, applications, deliveries: { pending, failed }, lastError }) => [
      name,
      url,
      (types ?? ['everything']).join(','),
      (applications ?? ['all']).join(','),
      String(pending),
      String(failed),
      lastError?.message ?? '-',
    ],
  );
  return table(['NAME', 'URL', 'TYPES', 'APPLICATIONS', 'PENDING', 'FAILED', 'LAST ERROR'], rows);
};

const deliveryTable = (items: readonly Delivery[]): string => {
  const now = Date.now();
  const rows = items.map(({ id, phase, event, attemptCount, attempts }) => {
    const last = attempts.at(-1);
    const said =
      last?.error ?? (last?.status === undefined ? '-' : `${last.status} ${last.response ?? ''}`.trim());
    const when = last ? age(last.at, now) : '-';
    return [String(id), String(event.position), event.type, phase, String(attemptCount), when, said];
  });
  return table(['ID', 'POSITION', 'EVENT', 'PHASE', 'ATTEMPTS', 'LAST', 'ANSWER'], rows);
};
