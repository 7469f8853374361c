import type { Command } from 'commander';
import { allPages } from '../api/pages';
import type { Accepted, Application } from '../api/types';
import type { Host } from '../host';
import { table } from '../output/table';
import { shortHash } from '../output/text';

export const applicationsCommand = (program: Command, host: Host): void => {
  const applications = program
    .command('applications')
    .alias('apps')
    .description('List the applications.')
    .action(async () => {
      const items = await allPages<Application>(await host.api(), '/applications');
      host.answer(items, () => applicationTable(items));
    });
  applications
    .command('rm <name>')
    .description('Delete an application and its objects in every cluster.')
    .action(async (name: string) => {
      const api = await host.api();
      const answer = await api.delete<Accepted>(`/applications/${encodeURIComponent(name)}`);
      host.answer(answer, () => `application ${name} is being deleted since position ${answer.position}`);
    });
};

const applicationTable = (applications: readonly Application[]): string => {
  if (applications.length === 0) return 'no applications: "keelson apply -f FILE" defines one';
  const rows = applications.map(({ name, project, namespace, release, activeRun, targets }) => [
    name,
    project ?? '-',
    namespace ?? '-',
    release?.version ?? '-',
    shortHash(release?.revision),
    (typeof activeRun === 'object' ? activeRun.id : activeRun) ?? '-',
    targetSummary(targets),
  ]);
  return table(['NAME', 'PROJECT', 'NAMESPACE', 'VERSION', 'REVISION', 'RUN', 'TARGETS'], rows);
};

const targetSummary = (targets: Application['targets']): string =>
  Object.entries(targets ?? {})
    .filter(([, count]) => count > 0)
    .map(([phase, count]) => `${count} ${phase}`)
    .join(', ') || '-';
