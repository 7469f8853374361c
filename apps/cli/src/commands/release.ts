import type { Command } from 'commander';
import type { ReleaseAccepted } from '../api/types';
import { parseImage } from '../arguments';
import type { Host } from '../host';
import { noteWarnings } from './note-warnings';
import { readText } from './read-text';
import { followRun } from './run';

interface ReleaseOptions {
  readonly version: string;
  readonly image?: Readonly<Record<string, string>>;
  readonly manifests?: string;
  readonly callback?: string;
  readonly reason?: string;
  readonly idempotencyKey?: string;
  readonly wait?: true;
}

export const releaseCommand = (program: Command, host: Host): void => {
  program
    .command('release <application>')
    .description('Release a version of an application through its stages.')
    .requiredOption('--version <version>', 'what people call this release')
    .option('--image <container=image...>', 'may be repeated', parseImage)
    .option('--manifests <file>', 'Kubernetes YAML that replaces the manifests; "-" reads standard input')
    .option('--callback <url>', 'is told of the course of the run; signed if KEELSON_CALLBACK_SECRET is set')
    .option('--reason <text>', 'kept in the audit log')
    .option('--idempotency-key <key>', 'the same key again gets the same answer and no second release')
    .option('--wait', 'show the run until it ends; exit code 1 if it fails or stops')
    .action(release(host));
};

const release =
  (host: Host) =>
  async (application: string, options: ReleaseOptions): Promise<void> => {
    const { version, image, manifests, callback, reason, idempotencyKey, wait } = options;
    const manifestYaml = manifests === undefined ? undefined : await readText(host.io, manifests);
    const api = await host.api();
    const answer = await api.post<ReleaseAccepted>(
      `/applications/${encodeURIComponent(application)}/releases`,
      { version, images: image, manifestYaml, callback: callbackOf(host, callback), reason },
      idempotencyKey === undefined ? {} : { idempotencyKey },
    );
    noteWarnings(host, answer.warnings);
    if (wait) return followRun(host, answer.run.id, answer.position);
    host.answer(answer, () => `${application} ${version} released as run ${answer.run.id}`);
  };

/** The secret is not an option: whoever lists processes would see it. */
const callbackOf = (host: Host, url: string | undefined): { url: string; secret?: string } | undefined => {
  if (url === undefined) return undefined;
  const secret = host.io.env['KEELSON_CALLBACK_SECRET'];
  return secret ? { url, secret } : { url };
};
