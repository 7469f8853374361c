import type { Command } from 'commander';
import type { ClusterDiff, ObjectDiff } from '../api/types';
import { parseImage } from '../arguments';
import type { Host } from '../host';
import { readText } from './read-text';

interface DiffOptions {
  readonly image?: Readonly<Record<string, string>>;
  readonly manifests?: string;
}

export const diffCommand = (program: Command, host: Host): void => {
  program
    .command('diff <application>')
    .description('Show what a release would change in each cluster. Changes nothing.')
    .option('--image <container=image...>', 'may be repeated', parseImage)
    .option('--manifests <file>', 'Kubernetes YAML that replaces the manifests; "-" reads standard input')
    .action(async (application: string, { image, manifests }: DiffOptions) => {
      const manifestYaml = manifests === undefined ? undefined : await readText(host.io, manifests);
      const api = await host.api();
      const path = `/applications/${encodeURIComponent(application)}/diff`;
      const answer = await api.post<{ items: readonly ClusterDiff[] }>(path, { images: image, manifestYaml });
      host.answer(answer, () => answer.items.map(clusterText).join('\n\n') || 'no cluster is selected');
    });
};

const clusterText = ({ cluster, source, why, error, changes, unchanged }: ClusterDiff): string => {
  const asked = source === 'DryRun' ? '' : ` (by its plan${why === undefined ? '' : `: ${why}`})`;
  const summary = `${cluster}${asked}: ${changes.length} to change, ${unchanged} unchanged`;
  if (error !== undefined) return `${cluster}: there would be no plan: ${error}`;
  return [summary, ...changes.flatMap(changeLines)].join('\n');
};

const SIGNS = { Create: '+', Update: '~', Delete: '-' } as const;

const changeLines = ({ object, change, fields, refused }: ObjectDiff): string[] => [
  `  ${SIGNS[change]} ${object.kind} ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name}`,
  ...fields.map(({ path, from, to }) => `      ${path}: ${shown(from)} → ${shown(to)}`),
  ...(refused === undefined ? [] : [`      refused: ${refused}`]),
];

const shown = (value: unknown): string => (value === undefined ? '(none)' : JSON.stringify(value));
