import { join } from 'node:path';
import { UsageError } from '../errors';
import type { Io } from '../io';
import { configPath, readIfThere, readLogin, type Login } from './config-file';

export const DEFAULT_URL = 'http://127.0.0.1:8080';

/**
 * Which server and which token: the environment first, then what `keelson login` stored, then the server that
 * `npm start` runs from the current folder. A stored token is sent only to the server that it was stored for, and
 * the local admin token only to this machine: KEELSON_URL alone must not hand a token to somebody else.
 */
export const resolveLogin = async (io: Io): Promise<Login> => {
  const stored = await readLogin(configPath(io));
  const url = checkUrl(io.env['KEELSON_URL'] || stored?.url || DEFAULT_URL);
  const token =
    io.env['KEELSON_TOKEN'] ||
    (stored && sameServer(stored.url, url) ? stored.token : undefined) ||
    (isLoopback(url) ? await localAdminToken(io.cwd) : undefined);
  if (!token) throw new UsageError(`no token for ${url}: run "keelson login", or set KEELSON_TOKEN`);
  return { url, token };
};

/** Written by a server with an embedded database at its first start. */
export const localAdminToken = async (cwd: string): Promise<string | undefined> =>
  (await readIfThere(join(cwd, '.keelson', 'admin-token')))?.trim() || undefined;

export const checkUrl = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UsageError(`"${text}" is not an http:// or https:// address`);
  }
  return url.href.replace(/\/+$/, '');
};

export const isLoopback = (url: string): boolean =>
  ['localhost', '[::1]'].includes(new URL(url).hostname) || /^127\./.test(new URL(url).hostname);

const sameServer = (a: string, b: string): boolean =>
  URL.canParse(a) && new URL(a).origin === new URL(b).origin;
