import { Option, type Command } from 'commander';
import { allPages } from '../api/pages';
import type { Accepted, Cluster } from '../api/types';
import { parseLabel } from '../arguments';
import type { Host } from '../host';
import { paintPhase } from '../output/colours';
import { table } from '../output/table';
import { age, labelsText } from '../output/text';
import { readText } from './read-text';

export const clustersCommand = (program: Command, host: Host): void => {
  const clusters = program
    .command('clusters')
    .description('List the registered clusters.')
    .action(list(host));
  clusters
    .command('add <name>')
    .description('Register a cluster, or change the labels and the connection of one.')
    .requiredOption('--kubeconfig <file>', 'its current context is used; "-" reads standard input')
    .option('--label <key=value...>', 'may be repeated', parseLabel)
    .option('--reason <text>', 'kept in the audit log')
    .action(add(host));
  clusters
    .command('rm <name>')
    .description('Forget a cluster.')
    .addOption(
      new Option('--workloads <what>', 'what becomes of the objects in it')
        .choices(['delete', 'orphan'])
        .makeOptionMandatory(),
    )
    .option('--reason <text>', 'kept in the audit log')
    .action(remove(host));
};

const list = (host: Host) => async (): Promise<void> => {
  const items = await allPages<Cluster>(await host.api(), '/clusters');
  host.answer(items, () => clusterTable(items, host, Date.now()));
};

const clusterTable = (clusters: readonly Cluster[], host: Host, now: number): string => {
  if (clusters.length === 0)
    return 'no clusters: "keelson clusters add NAME --kubeconfig FILE" registers one';
  const rows = clusters.map(
    ({ name, phase, version, labels, nodes, targets, lastSeen, lastError, warnings }) => [
      name,
      paintPhase(host.colours, phase),
      version ?? '-',
      `${nodes.ready}/${nodes.total}`,
      `${targets.converged}/${targets.total}`,
      age(lastSeen, now),
      labelsText(labels),
      lastError?.message ?? warnings.join('; '),
    ],
  );
  return table(['NAME', 'PHASE', 'VERSION', 'NODES', 'CONVERGED', 'SEEN', 'LABELS', ''], rows);
};

interface AddOptions {
  readonly kubeconfig: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly reason?: string;
}

const add =
  (host: Host) =>
  async (name: string, { kubeconfig, label, reason }: AddOptions): Promise<void> => {
    const connection = { kubeconfig: await readText(host.io, kubeconfig) };
    const api = await host.api();
    const body = { labels: label ?? {}, connection, ...(reason ? { reason } : {}) };
    const answer = await api.put<Accepted>(`/clusters/${encodeURIComponent(name)}`, body);
    host.answer(answer, () => `cluster ${name} registered at position ${answer.position}`);
  };

const remove =
  (host: Host) =>
  async (name: string, { workloads, reason }: { workloads: string; reason?: string }): Promise<void> => {
    const api = await host.api();
    const path = `/clusters/${encodeURIComponent(name)}`;
    const answer = await api.delete<Accepted>(path, { query: { workloads, reason } });
    const fate = workloads === 'delete' ? 'its objects are being deleted' : 'its objects stay';
    host.answer(answer, () => `cluster ${name} forgotten at position ${answer.position}; ${fate}`);
  };
