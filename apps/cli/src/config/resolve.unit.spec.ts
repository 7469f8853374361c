import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { configPath, writeLogin } from './config-file';
import { checkUrl, resolveLogin } from './resolve';
import type { Io } from '../io';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keelson-cli-'));
});
afterEach(() => rm(folder, { recursive: true }));

const io = (env: Io['env'] = {}) =>
  ({ env, home: join(folder, 'home'), cwd: join(folder, 'work') }) as unknown as Io;

const localToken = async (token: string): Promise<void> => {
  await mkdir(join(folder, 'work', '.keelson'), { recursive: true });
  await writeFile(join(folder, 'work', '.keelson', 'admin-token'), `${token}\n`);
};

describe('resolveLogin', () => {
  it('prefers the environment, then the stored login, then the server in this folder', async () => {
    await localToken('local');
    expect(await resolveLogin(io())).toEqual({ url: 'http://127.0.0.1:8080', token: 'local' });
    await writeLogin(configPath(io()), { url: 'https://keelson.example', token: 'stored' });
    expect(await resolveLogin(io())).toEqual({ url: 'https://keelson.example', token: 'stored' });
    expect(await resolveLogin(io({ KEELSON_URL: 'http://127.0.0.1:9', KEELSON_TOKEN: 'env' }))).toEqual({
      url: 'http://127.0.0.1:9',
      token: 'env',
    });
  });

  it('hands no token to a server that it does not belong to', async () => {
    await localToken('local');
    await writeLogin(configPath(io()), { url: 'https://keelson.example', token: 'stored' });
    await expect(resolveLogin(io({ KEELSON_URL: 'https://elsewhere.example' }))).rejects.toThrow(
      'no token for https://elsewhere.example',
    );
  });

  it('says what to do without a token and with a damaged file', async () => {
    await expect(resolveLogin(io())).rejects.toThrow('run "keelson login"');
    const path = configPath(io());
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '{"url": 1}');
    await expect(resolveLogin(io())).rejects.toThrow(`${path} is damaged`);
  });

  it('stores the login where only its owner reads it', async () => {
    const path = configPath(io());
    await writeLogin(path, { url: 'http://a', token: 'one' });
    await writeLogin(path, { url: 'http://a', token: 'two' });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await resolveLogin(io())).toEqual({ url: 'http://a', token: 'two' });
  });
});

describe('checkUrl', () => {
  it('takes http and https and drops the slash at the end', () => {
    expect(checkUrl('http://127.0.0.1:8080/')).toBe('http://127.0.0.1:8080');
    expect(checkUrl('https://host/keelson/')).toBe('https://host/keelson');
  });

  it.each(['127.0.0.1:8080', 'ftp://host', ''])('refuses %j', (text) => {
    expect(() => checkUrl(text)).toThrow('not an http:// or https:// address');
  });
});
