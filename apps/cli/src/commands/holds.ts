import type { Command } from 'commander';
import { allPages } from '../api/pages';
import type { Accepted, Hold } from '../api/types';
import { UsageError } from '../errors';
import type { Host } from '../host';
import { table } from '../output/table';
import { age } from '../output/text';

export const holdsCommand = (program: Command, host: Host): void => {
  const holds = program.command('holds').description('List the holds in force.').action(list(host));
  holds
    .command('add')
    .description('Stop every run in a scope from going on, until the hold is released.')
    .option('--application <name>')
    .option('--cluster <name>')
    .option('--project <name>')
    .option('--everything', 'the whole fleet')
    .requiredOption('--reason <text>', 'kept in the audit log')
    .action(add(host));
  holds
    .command('release <id>')
    .description("Release a hold; another owner's only with a reason.")
    .option('--reason <text>', 'kept in the audit log')
    .action(async (id: string, { reason }: { reason?: string }) => {
      const api = await host.api();
      const answer = await api.delete<Accepted>(`/holds/${encodeURIComponent(id)}`, { query: { reason } });
      host.answer(answer, () => `hold ${id} released at position ${answer.position}`);
    });
};

const list = (host: Host) => async (): Promise<void> => {
  const items = await allPages<Hold>(await host.api(), '/holds');
  host.answer(items, () => holdTable(items));
};

const holdTable = (holds: readonly Hold[]): string => {
  if (holds.length === 0) return 'no holds';
  const now = Date.now();
  const rows = holds.map(({ id, scope, owner, placedAt, reason }) => [
    id,
    scopeText(scope),
    owner,
    age(placedAt, now),
    reason,
  ]);
  return table(['ID', 'SCOPE', 'OWNER', 'AGE', 'REASON'], rows);
};

const scopeText = (scope: Hold['scope']): string =>
  Object.entries(scope)
    .map(([what, name]) => `${what} ${name}`)
    .join(', ') || 'everything';

interface AddOptions {
  readonly application?: string;
  readonly cluster?: string;
  readonly project?: string;
  readonly everything?: true;
  readonly reason: string;
}

/** An empty scope is the whole fleet: that must be said, and not come of a forgotten option. */
const add =
  (host: Host) =>
  async ({ everything, reason, ...scope }: AddOptions): Promise<void> => {
    const named = Object.keys(scope).length > 0;
    if (named === (everything === true)) {
      throw new UsageError('give --application, --cluster or --project, or else --everything');
    }
    const api = await host.api();
    const answer = await api.post<Accepted & { id: string }>('/holds', { scope, reason });
    host.answer(answer, () => `hold ${answer.id} placed at position ${answer.position}`);
  };
