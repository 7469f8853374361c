import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FakeApi } from './fake-api';
import { emptyFolder, keelson } from './run-command';

let api: FakeApi;
let folder: string;
beforeEach(async () => {
  api = await FakeApi.start();
  folder = await emptyFolder();
});
afterEach(async () => {
  await api.stop();
  await rm(folder, { recursive: true });
});

describe('login', () => {
  it('stores what was piped in, and later commands use it', async () => {
    api.on('GET', '/v1/clusters', { body: { items: [], next: null } });
    const login = await keelson(['login', '--url', api.url], { folder, stdin: 'secret\n' });
    expect(login).toMatchObject({ code: 0, err: '' });
    const path = join(folder, '.config', 'keelson', 'config.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ url: api.url, token: 'secret' });
    expect((await keelson(['clusters'], { folder })).code).toBe(0);
    expect(api.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', 'Bearer secret']);
  });

  it('stores nothing when the server refuses the token', async () => {
    api.on('GET', '/v1/clusters', { status: 401, body: { code: 'unauthorized', detail: 'unknown token' } });
    const { code, err } = await keelson(['login', '--url', api.url, '--token', 'wrong'], { folder });
    expect({ code, err }).toEqual({ code: 3, err: 'refused: unknown token (unauthorized)\n' });
    await expect(stat(join(folder, '.config'))).rejects.toThrow('ENOENT');
  });

  it('asks for a token when there is none', async () => {
    const { code, err } = await keelson(['login', '--url', api.url], { folder });
    expect(code).toBe(2);
    expect(err).toContain('no token');
  });
});
