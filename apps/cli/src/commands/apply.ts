import type { Command } from 'commander';
import type { Accepted, Warning } from '../api/types';
import type { Host } from '../host';
import { KINDS, parseDocuments } from './documents';
import { readText } from './read-text';
import { noteWarnings } from './note-warnings';

export const applyCommand = (program: Command, host: Host): void => {
  program
    .command('apply')
    .description(
      'Define what YAML documents say (kind: Application, Sidecar, Window or NodeRepairPolicy). Defines; runs nothing.',
    )
    .requiredOption('-f, --file <file>', 'one or more documents; "-" reads standard input')
    .option('--reason <text>', 'kept in the audit log')
    .action(async ({ file, reason }: { file: string; reason?: string }) => {
      const documents = parseDocuments(file, await readText(host.io, file));
      const api = await host.api();
      const answers = [];
      for (const { kind, name, body } of documents) {
        const wanted = reason ? { ...body, reason } : body;
        const answer = await api.put<Accepted & { readonly warnings?: readonly Warning[] }>(
          `${KINDS[kind]}/${encodeURIComponent(name)}`,
          wanted,
        );
        answers.push({ kind, name, ...answer });
        if (host.json) continue;
        host.line(`${kind.toLowerCase()} ${name} defined at position ${answer.position}`);
        noteWarnings(host, answer.warnings);
      }
      if (host.json) host.answer(answers, () => '');
    });
};
