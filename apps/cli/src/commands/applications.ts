import type { Command } from 'commander';
import { allPages } from '../api/pages';
import type { Accepted, Application } from '../api/types';
import type { Host } from '../host';
import { paintPhase } from '../output/colours';
import { table } from '../output/table';
import { shortHash } from '../output/text';

export const applicationsCommand = (program: Command, host: Host): void => {
  const applications = program
    .command('applications')
    .alias('apps')
    .description('List the applications.')
    .action(async () => {
      const items = await allPages<Application>(await host.api(), '/applications');
      host.answer(items, () => applicationTable(items, host));
    });
  applications
    .command('rm <name>')
    .description('Delete an application and its objects in every cluster.')
    .option('--reason <text>', 'kept in the audit log')
    .action(async (name: string, { reason }: { reason?: string }) => {
      const api = await host.api();
      const answer = await api.delete<Accepted>(`/applications/${encodeURIComponent(name)}`, {
        query: { reason },
      });
      host.answer(answer, () => `application ${name} is being deleted since position ${answer.position}`);
    });
};

const applicationTable = (applications: readonly Application[], { colours }: Host): string => {
  if (applications.length === 0) return 'no applications: "keelson apply -f FILE" defines one';
  const rows = applications.map(({ name, project, namespace, release, activeRun, targets }) => [
    name,
    project,
    namespace ?? '-',
    release?.version ?? '-',
    shortHash(release?.revision ?? null),
    activeRun ? `${activeRun.id} ${paintPhase(colours, activeRun.phase)}` : '-',
    `${targets.converged}/${targets.total}`,
    String(targets.drifted),
  ]);
  return table(
    ['NAME', 'PROJECT', 'NAMESPACE', 'VERSION', 'REVISION', 'ACTIVE RUN', 'CONVERGED', 'DRIFTED'],
    rows,
  );
};
