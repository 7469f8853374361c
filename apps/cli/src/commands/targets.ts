import type { Command } from 'commander';
import { allPages } from '../api/pages';
import type { Target } from '../api/types';
import type { Host } from '../host';
import { paintPhase } from '../output/colours';
import { table } from '../output/table';
import { shortHash } from '../output/text';

export const targetsCommand = (program: Command, host: Host): void => {
  program
    .command('targets <application>')
    .description('Show what an application is in each of its clusters.')
    .action(async (application: string) => {
      const path = `/applications/${encodeURIComponent(application)}/targets`;
      const items = await allPages<Target>(await host.api(), path);
      host.answer(items, () => [targetTable(items, host), ...owedTable(items)].join('\n\n'));
    });
};

const targetTable = (targets: readonly Target[], { colours }: Host): string => {
  if (targets.length === 0) return 'no targets: no cluster is selected';
  const rows = targets.map((target) => [
    target.cluster,
    paintPhase(colours, target.phase),
    target.version ?? '-',
    shortHash(target.revision),
    target.appliedGeneration === target.generation
      ? 'yes'
      : `no (${target.appliedGeneration} of ${target.generation})`,
    `${target.workload.ready}/${target.workload.desired}`,
    driftText(target),
    String(target.owedDeletes),
    target.lastError?.message ?? '',
  ]);
  return table(['CLUSTER', 'PHASE', 'VERSION', 'REVISION', 'APPLIED', 'READY', 'DRIFT', 'OWED', ''], rows);
};

const driftText = ({ drift, flapping }: Target): string =>
  flapping.length > 0 ? `${drift.length} (${flapping.length} flapping)` : String(drift.length);

/** What must be gone and is not, and why; nothing where nothing is owed. */
const owedTable = (targets: readonly Target[]): string[] => {
  const rows = targets.flatMap(({ cluster, owed }) =>
    owed.map(({ object: { kind, namespace, name }, since, message }) => [
      cluster,
      namespace ? `${kind} ${namespace}/${name}` : `${kind} ${name}`,
      since,
      message,
    ]),
  );
  return rows.length > 0 ? [table(['CLUSTER', 'OWED', 'SINCE', 'WHY IT IS STILL THERE'], rows)] : [];
};
