import type { Command } from 'commander';
import type { ApiClient } from '../api/client';
import { allPages } from '../api/pages';
import type { Drift, Target } from '../api/types';
import type { Host } from '../host';
import { table } from '../output/table';

interface DriftOptions {
  readonly cluster?: string;
}

type Found = Drift & { readonly cluster: string };

export const driftCommand = (program: Command, host: Host): void => {
  program
    .command('drift <application>')
    .description('Show every drift that an application had in its clusters, and how it ended.')
    .option('--cluster <name>', 'in this cluster only, also after the application has left it')
    .action(async (application: string, { cluster }: DriftOptions) => {
      const api = await host.api();
      const path = `/applications/${encodeURIComponent(application)}/targets`;
      const clusters = cluster === undefined ? await clustersAt(api, path) : [cluster];
      const items: Found[] = [];
      for (const name of clusters) {
        const drift = await allPages<Drift>(api, `${path}/${encodeURIComponent(name)}/drift`);
        items.push(...drift.map((item) => ({ cluster: name, ...item })));
      }
      items.sort((a, b) => a.detected.position - b.detected.position);
      host.answer(items, () => driftTable(items));
    });
};

const clustersAt = async (api: ApiClient, path: string): Promise<string[]> =>
  (await allPages<Target>(api, path)).map(({ cluster }) => cluster);

const driftTable = (items: readonly Found[]): string => {
  if (items.length === 0) return 'no drift';
  const rows = items.map(({ at, cluster, object, path, from, to, manager, corrected }) => [
    at,
    cluster,
    `${object.kind}/${object.name}`,
    path || '-',
    `${text(from)} → ${text(to)}`,
    manager ?? '-',
    corrected ? `${corrected.how ?? 'Corrected'} ${corrected.at}` : 'open',
  ]);
  return table(['AT', 'CLUSTER', 'OBJECT', 'PATH', 'CHANGE', 'BY', 'END'], rows);
};

/** The start of a value; `-o json` has it whole. */
const text = (value: unknown): string => {
  const whole = typeof value === 'string' ? value : (JSON.stringify(value) ?? '-');
  return whole.length > 40 ? `${whole.slice(0, 39)}…` : whole;
};
