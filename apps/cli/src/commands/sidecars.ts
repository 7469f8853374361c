import type { Command } from 'commander';
import { allPages } from '../api/pages';
import type { Accepted, ReleaseAccepted, Sidecar, SidecarTarget } from '../api/types';
import { parseImage } from '../arguments';
import type { Host } from '../host';
import { table } from '../output/table';
import { followRun } from './run';

export const sidecarsCommand = (program: Command, host: Host): void => {
  const sidecars = program
    .command('sidecars')
    .description('List the containers that are added to applications.')
    .action(list(host));
  sidecars
    .command('release <sidecar>')
    .description('Release a version of a sidecar through its own stages, in place where that is possible.')
    .requiredOption('--version <version>', 'what people call this release')
    .option('--image <container=image...>', 'may be repeated', parseImage)
    .option('--reason <text>', 'kept in the audit log')
    .option('--wait', 'show the run until it ends; exit code 1 if it fails or stops')
    .action(release(host));
  sidecars
    .command('targets <sidecar>')
    .description('Where a sidecar is, and what of it.')
    .action(targets(host));
  sidecars
    .command('delete <sidecar>')
    .description('Take a sidecar out of every pod.')
    .option('--reason <text>', 'kept in the audit log')
    .action(async (sidecar: string, { reason }: { reason?: string }) => {
      const api = await host.api();
      const answer = await api.delete<Accepted>(pathOf(sidecar), { query: { reason } });
      host.answer(answer, () => `sidecar ${sidecar} deleted at position ${answer.position}`);
    });
};

const pathOf = (sidecar: string): string => `/sidecars/${encodeURIComponent(sidecar)}`;

const list = (host: Host) => async (): Promise<void> => {
  const items = await allPages<Sidecar>(await host.api(), '/sidecars');
  host.answer(items, () => (items.length === 0 ? 'no sidecars' : sidecarTable(items)));
};

const sidecarTable = (sidecars: readonly Sidecar[]): string =>
  table(
    ['NAME', 'VERSION', 'TARGETS', 'RUN', 'CONTAINERS'],
    sidecars.map(({ name, release: newest, targets: { total, released }, activeRun, containers }) => [
      name,
      newest?.version ?? '-',
      `${released}/${total}`,
      activeRun ? `${activeRun.id} ${activeRun.phase}` : '-',
      containers.map((container) => container.name).join(', '),
    ]),
  );

interface ReleaseOptions {
  readonly version: string;
  readonly image?: Readonly<Record<string, string>>;
  readonly reason?: string;
  readonly wait?: true;
}

const release =
  (host: Host) =>
  async (sidecar: string, { version, image, reason, wait }: ReleaseOptions): Promise<void> => {
    const api = await host.api();
    const body = { version, images: image, reason };
    const answer = await api.post<ReleaseAccepted>(`${pathOf(sidecar)}/releases`, body);
    if (wait) return followRun(host, answer.run.id, answer.position);
    host.answer(answer, () => `sidecar ${sidecar} ${version} released as run ${answer.run.id}`);
  };

const targets =
  (host: Host) =>
  async (sidecar: string): Promise<void> => {
    const items = await allPages<SidecarTarget>(await host.api(), `${pathOf(sidecar)}/targets`);
    host.answer(items, () => (items.length === 0 ? 'no targets' : targetTable(items)));
  };

const targetTable = (items: readonly SidecarTarget[]): string =>
  table(
    ['CLUSTER', 'APPLICATION', 'PHASE', 'VERSION', 'MESSAGE'],
    items.map(({ cluster, application, phase, version, waiting, message }) => [
      cluster,
      application,
      phase,
      version ?? '-',
      waiting ? 'waits until no other run moves it' : (message ?? ''),
    ]),
  );
