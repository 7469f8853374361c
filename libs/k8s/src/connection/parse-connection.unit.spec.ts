import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { parseConnection } from './parse-connection';

const kubeconfig = (cluster: object, user: object, extra: object = {}) =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://api.example:6443', ...cluster } }],
    users: [{ name: 'u', user }],
    ...extra,
  });
const parse = (cluster: object, user: object, extra?: object) =>
  parseConnection({ kubeconfig: kubeconfig(cluster, user, extra) });

const base64 = (pem: string): string => Buffer.from(`${pem}\n`, 'utf8').toString('base64');

/** Made for this test alone; valid for a hundred years. */
const pair = {
  cert: base64(`-----BEGIN CERTIFICATE-----
MIIBhTCCASugAwIBAgIUa3FPc6M/BlybYmrHuQwl817MChEwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMa2VlbHNvbi10ZXN0MCAXDTI2MTEyMjIwMDczOVoYDzIxMjYx
MDI5MjAwNzM5WjAXMRUwEwYDVQQDDAxrZWVsc29uLXRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAASxaiEr1rkoMAP0jfn69DXGiVOkEexB6BQi3jMqCdN6gV3n
mD3nKDmy6nbtJFIsNNDw2TDts8zq8zF+Y58Tv/M/o1MwUTAdBgNVHQ4EFgQUS/aG
I/4p2v1CZlhljCmVdPvCgCQwHwYDVR0jBBgwFoAUS/aGI/4p2v1CZlhljCmVdPvC
gCQwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAvvEs4Utek9t2
SPey56f09QJk6s7YC3ELZOf1jswVmOwCIB3kC4uyztO3EY6EWmZ5GZ9GjXvHmUij
uxB0xlln5Mhg
-----END CERTIFICATE-----`),
  key: base64(`-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgce5DQKcO1SiMtcsC
2nvN6MUkQpmOQdk1zQWbL+kmlVGhRANCAASxaiEr1rkoMAP0jfn69DXGiVOkEexB
6BQi3jMqCdN6gV3nmD3nKDmy6nbtJFIsNNDw2TDts8zq8zF+Y58Tv/M/
-----END PRIVATE KEY-----`),
  /** Of another certificate. */
  other: base64(`-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJSI/vhrcVtQAeNw8
62G5i7hB20+g5FW80dJcIoGajduhRANCAATp8n9VfdqdixfvcQ7v2ZBwi2+AfwgD
0oG9u5ctTiUc6ZXYezygNzcfKH+J7XeppD28e3/MCk/FXCrerNJw2xBp
-----END PRIVATE KEY-----`),
};

describe('parseConnection', () => {
  it('takes server, authority and token as they are', () => {
    expect(parseConnection({ server: 'https://h/clusters/eu-1', token: 't' })).toEqual({
      ok: true,
      connection: { server: 'https://h/clusters/eu-1', token: 't' },
      warnings: [],
    });
  });

  it("takes the current context's cluster and user from a kubeconfig, in YAML or JSON", () => {
    const expected = {
      ok: true,
      connection: { server: 'https://api.example:6443', token: 'secret', tlsServerName: 'api' },
      warnings: [],
    };
    const yaml = kubeconfig({ 'tls-server-name': 'api' }, { token: 'secret' });
    expect(parseConnection({ kubeconfig: yaml })).toEqual(expected);
    const other = { name: 'other', user: { exec: { command: 'not-used-here' } } };
    const users = [other, { name: 'u', user: { token: 'secret' } }];
    expect(parse({ 'tls-server-name': 'api' }, {}, { users })).toEqual(expected);
  });

  it('honours insecure-skip-tls-verify and warns', () => {
    expect(parse({ 'insecure-skip-tls-verify': true }, { username: 'u', password: 'p' })).toEqual({
      ok: true,
      connection: {
        server: 'https://api.example:6443',
        insecureSkipTlsVerify: true,
        username: 'u',
        password: 'p',
      },
      warnings: [expect.stringContaining('insecure-skip-tls-verify')],
    });
  });

  it('warns of credentials over plain http, except to this machine', () => {
    expect(parseConnection({ server: 'http://10.0.0.1', token: 't' })).toMatchObject({
      warnings: [expect.stringContaining('plain http')],
    });
    expect(parseConnection({ server: 'http://127.0.0.1:9000', token: 't' })).toMatchObject({ warnings: [] });
  });

  it.each([
    ['users[0].user.exec', {}, { exec: { command: 'aws' } }],
    ['users[0].user.auth-provider', {}, { 'auth-provider': { name: 'gcp' } }],
    ['users[0].user.client-certificate', {}, { 'client-certificate': '/etc/x.crt' }],
    ['users[0].user.client-key', {}, { 'client-key': '/etc/x.key' }],
    ['users[0].user.tokenFile', {}, { tokenFile: '/etc/passwd' }],
    ['users[0].user.token-file', {}, { 'token-file': '/etc/passwd' }],
    ['users[0].user.as', {}, { as: 'admin' }],
    ['users[0].user.token', {}, { token: 12345 }],
    ['users[0].user.token', {}, { token: 'line\nbreak' }],
    ['users[0].user.client-key-data', {}, { 'client-certificate-data': 'not a certificate' }],
    ['users[0].user.client-certificate-data', {}, { 'client-key-data': 'bm8=' }],
    ['clusters[0].cluster.certificate-authority', { 'certificate-authority': '/etc/ca.crt' }, {}],
    ['clusters[0].cluster.certificate-authority-data', { 'certificate-authority-data': 'bm8=' }, {}],
    ['clusters[0].cluster.proxy-url', { 'proxy-url': 'http://proxy' }, {}],
    ['clusters[0].cluster.server', { server: 'unix:///run/api.sock' }, {}],
    ['clusters[0].cluster.server', { server: 'https://user:pass@host' }, {}],
    ['clusters[0].cluster.server', { server: 'https://host?x=1' }, {}],
    ['clusters[0].cluster.server', { server: 'host:6443' }, {}],
    ['clusters[0].cluster.server', { server: null }, {}],
  ])('refuses %s of %j %j', (at, cluster, user) => {
    const parsed = parse(cluster, user);
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    expect(parsed.errors.map(({ path }) => path)).toContain('/connection/kubeconfig');
    expect(parsed.errors.some(({ message }) => message.startsWith(`${at} `))).toBe(true);
    expect(JSON.stringify(parsed.errors)).not.toContain('12345');
  });

  it.each([
    ['current-context', { 'current-context': undefined }],
    ['current-context', { 'current-context': 'elsewhere' }],
    ['contexts[0].context.cluster', { clusters: [] }],
    ['contexts[0].context.user', { users: 'nobody' }],
  ])('refuses a wrong %s', (at, extra) => {
    expect(parse({}, {}, extra)).toMatchObject({
      ok: false,
      errors: [{ path: '/connection/kubeconfig', message: expect.stringContaining(at) }],
    });
  });

  it.each([
    ['', 'not a kubeconfig'],
    ['a: [', 'not YAML'],
    ['- 1', 'not a kubeconfig'],
    ['['.repeat(200_000), 'not YAML'],
    [`a: &a [x]\n${'b: [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n'.repeat(20)}`, 'not YAML'],
    ['x'.repeat(2_000_000), 'longer than'],
  ])('refuses a text that is no kubeconfig', (text, why) => {
    expect(parseConnection({ kubeconfig: text })).toMatchObject({
      ok: false,
      errors: [{ path: '/connection/kubeconfig', message: expect.stringContaining(why) }],
    });
  });

  it('names the parts of a direct connection', () => {
    expect(parseConnection({ server: 'ftp://x', caData: 'bm8=', token: 'a b' })).toMatchObject({
      ok: false,
      errors: [{ path: '/connection/server' }, { path: '/connection/caData' }, { path: '/connection/token' }],
    });
  });

  describe('with certificates', () => {
    it('takes a client certificate with its key, and an authority in either form', () => {
      const user = { 'client-certificate-data': pair.cert, 'client-key-data': pair.key };
      expect(parse({ 'certificate-authority-data': pair.cert }, user)).toMatchObject({
        ok: true,
        connection: { caData: pair.cert, clientCertData: pair.cert, clientKeyData: pair.key },
      });
      const pem = Buffer.from(pair.cert, 'base64').toString('utf8');
      expect(parseConnection({ server: 'https://h', caData: pem })).toMatchObject({
        ok: true,
        connection: { caData: pair.cert },
      });
    });

    it('refuses a key of another certificate', () => {
      const user = { 'client-certificate-data': pair.cert, 'client-key-data': pair.other };
      expect(parse({}, user)).toMatchObject({
        ok: false,
        errors: [{ message: expect.stringMatching(/^users\[0\]\.user\.client-key-data must be/) }],
      });
    });
  });

  it("never reads a file of this server's disk", () => {
    const folder = mkdtempSync(join(tmpdir(), 'keelson-token-'));
    writeFileSync(join(folder, 'token'), 'stolen');
    try {
      const parsed = parse({}, { 'token-file': join(folder, 'token') });
      expect(JSON.stringify(parsed)).not.toContain('stolen');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
