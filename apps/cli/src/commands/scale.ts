import type { Command } from 'commander';
import type { Accepted } from '../api/types';
import { parseCount } from '../arguments';
import type { Host } from '../host';

interface ScaleOptions {
  readonly workload?: string;
  readonly reason?: string;
}

export const scaleCommand = (program: Command, host: Host): void => {
  program
    .command('scale')
    .description(
      'Set the replicas of an application, at once in all its clusters, whatever run is under way.',
    )
    .argument('<application>')
    .argument('<replicas>', 'for each cluster', parseCount)
    .option('--workload <name>', 'one workload of several')
    .option('--reason <text>', 'kept in the audit log')
    .action(async (application: string, replicas: number, { workload, reason }: ScaleOptions) => {
      const api = await host.api();
      const path = `/applications/${encodeURIComponent(application)}/scale`;
      const answer = await api.post<Accepted>(path, { replicas, workload, reason });
      host.answer(answer, () => `${application} scaled to ${replicas} at position ${answer.position}`);
    });
};
