import type { Command } from 'commander';
import { allPages } from '../api/pages';
import type { Accepted, Node, NodeRepairPolicy } from '../api/types';
import type { Host } from '../host';
import { table } from '../output/table';
import { age } from '../output/text';

export const nodesCommand = (program: Command, host: Host): void => {
  program
    .command('nodes <cluster>')
    .description('List the nodes of a cluster and their repairs.')
    .action(async (cluster: string) => {
      const items = await allPages<Node>(await host.api(), pathOf(cluster));
      host.answer(items, () => (items.length === 0 ? `no nodes are known of ${cluster}` : nodeTable(items)));
    });
};

export const nodeRepairCommands = (program: Command, host: Host): void => {
  program
    .command('repair-node <cluster> <node>')
    .description('Cordon and drain a node under disruption budgets, and have it repaired.')
    .requiredOption('--reason <text>', 'kept in the audit log')
    .action(async (cluster: string, node: string, { reason }: { reason: string }) => {
      const api = await host.api();
      const path = `${pathOf(cluster, node)}/repair`;
      const answer = await api.post<Accepted & { repair: string }>(path, { reason });
      host.answer(
        answer,
        () => `repair ${answer.repair} of node ${node} begun at position ${answer.position}`,
      );
    });
  program
    .command('node-repaired <cluster> <node>')
    .description('Tell that a node is repaired: it is uncordoned as soon as it is Ready.')
    .option('--repair <id>', 'the repair that is meant; another one is not ended')
    .option('--reason <text>', 'kept in the audit log')
    .action(async (cluster: string, node: string, body: { repair?: string; reason?: string }) => {
      const api = await host.api();
      const answer = await api.post<Accepted>(`${pathOf(cluster, node)}/repaired`, body);
      host.answer(answer, () => `node ${node} told repaired at position ${answer.position}`);
    });
  program
    .command('cancel-node-repair <cluster> <node>')
    .description('Give up the repair of a node, and uncordon it.')
    .option('--reason <text>', 'kept in the audit log')
    .action(async (cluster: string, node: string, { reason }: { reason?: string }) => {
      const api = await host.api();
      const answer = await api.delete<Accepted>(`${pathOf(cluster, node)}/repair`, { query: { reason } });
      host.answer(answer, () => `repair of node ${node} cancelled at position ${answer.position}`);
    });
  const policies = program
    .command('node-repair-policies')
    .description('List the node repair policies; "keelson apply" defines them.')
    .action(async () => {
      const items = await allPages<NodeRepairPolicy>(await host.api(), '/node-repair-policies');
      host.answer(items, () => policyTable(items));
    });
  policies
    .command('rm <name>')
    .description('Delete a node repair policy.')
    .option('--reason <text>', 'kept in the audit log')
    .action(async (name: string, { reason }: { reason?: string }) => {
      const api = await host.api();
      const path = `/node-repair-policies/${encodeURIComponent(name)}`;
      const answer = await api.delete<Accepted>(path, { query: { reason } });
      host.answer(answer, () => `node repair policy ${name} deleted at position ${answer.position}`);
    });
};

const pathOf = (cluster: string, node?: string): string => {
  const nodes = `/clusters/${encodeURIComponent(cluster)}/nodes`;
  return node === undefined ? nodes : `${nodes}/${encodeURIComponent(node)}`;
};

const nodeTable = (nodes: readonly Node[]): string => {
  const now = Date.now();
  const rows = nodes.map(({ name, ready, since, reason, repair }) => [
    name,
    ready ? 'Ready' : `NotReady${reason ? ` (${reason})` : ''}`,
    age(since, now),
    repair ? `${repair.id} ${repair.phase}` : '-',
    repair ? (repair.message ?? repair.why) : '',
  ]);
  return table(['NAME', 'STATUS', 'SINCE', 'REPAIR', ''], rows);
};

const policyTable = (policies: readonly NodeRepairPolicy[]): string => {
  if (policies.length === 0)
    return 'no node repair policies: "keelson apply -f FILE" defines one (kind: NodeRepairPolicy)';
  const rows = policies.map((policy) => [
    policy.name,
    policy.notReadyFor,
    String(policy.maxUnhealthy),
    String(policy.maxConcurrent),
    policy.forceDeleteAfter ?? 'never',
    policy.callback?.url ?? '-',
  ]);
  return table(
    ['NAME', 'NOT READY FOR', 'MAX UNHEALTHY', 'MAX CONCURRENT', 'FORCE DELETE AFTER', 'CALLBACK'],
    rows,
  );
};
