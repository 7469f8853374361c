import type { Command } from 'commander';
import { text as readAll } from 'node:stream/consumers';
import { ApiClient } from '../api/client';
import { configPath, writeLogin } from '../config/config-file';
import { checkUrl, DEFAULT_URL, isLoopback, localAdminToken } from '../config/resolve';
import { UsageError } from '../errors';
import type { Host } from '../host';
import type { Io } from '../io';

export const loginCommand = (program: Command, host: Host): void => {
  program
    .command('login')
    .description('Remember a server and a token. The token comes from --token, KEELSON_TOKEN or a pipe.')
    .option('--url <url>', `the server (default: KEELSON_URL, else ${DEFAULT_URL})`)
    .option('--token <token>', 'others on this machine can see it in the process list: prefer a pipe')
    .action(async (options: { url?: string; token?: string }) => {
      const { io } = host;
      const url = checkUrl(options.url ?? io.env['KEELSON_URL'] ?? DEFAULT_URL);
      const token = options.token ?? io.env['KEELSON_TOKEN'] ?? (await tokenElsewhere(io, url));
      if (!token) throw new UsageError('no token: pipe it in, as in "keelson login < token-file"');
      await tryOut(url, token);
      const path = configPath(io);
      await writeLogin(path, { url, token });
      host.answer({ url, path }, () => `logged in to ${url} (stored in ${path})`);
    });
};

const tokenElsewhere = async (io: Io, url: string): Promise<string | undefined> => {
  const local = isLoopback(url) ? await localAdminToken(io.cwd) : undefined;
  if (local || io.stdin.isTTY) return local;
  return (await readAll(io.stdin)).trim() || undefined;
};

/** A wrong token is refused now and not at the next command. */
const tryOut = async (url: string, token: string): Promise<void> => {
  const api = new ApiClient(url, token);
  try {
    await api.get('/clusters', { query: { limit: 1 } });
  } finally {
    await api.close();
  }
};
