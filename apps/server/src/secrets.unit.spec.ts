import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashToken } from '@keelson/api';
import { adminToken } from './admin-token';
import { encryptionKey, signingKey } from './keys';
import { makePrivateFile, readPrivateFile } from './private-file';
import { readSettings, type Settings } from './settings';

let folder: string;
let settings: Settings;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keelson-secrets-'));
  settings = readSettings({ KEELSON_DATA: join(folder, 'data') });
});
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (name: string): number => statSync(join(settings.dataDir, name)).mode & 0o777;

describe('private files', () => {
  it('belong to their owner alone, and are never replaced', () => {
    const path = join(folder, 'a', 'secret');
    expect(readPrivateFile(path)).toBeUndefined();
    expect(makePrivateFile(path, 'first')).toBe('first');
    expect(makePrivateFile(path, 'second')).toBe('first');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'a'))).toEqual(['secret']);
  });
});

describe('the encryption key', () => {
  it('is made once', () => {
    const made = encryptionKey(settings);
    expect(made).toHaveLength(32);
    expect(encryptionKey(settings)).toEqual(made);
    expect(modeOf('encryption-key')).toBe(0o600);
  });

  it('is the setting’s, if there is one', () => {
    const given = Buffer.alloc(32, 1);
    expect(encryptionKey({ ...settings, encryptionKey: given })).toBe(given);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['AAAA', ''])('that was cut short to “%s” is not used', (left) => {
    encryptionKey(settings);
    writeFileSync(join(settings.dataDir, 'encryption-key'), left);
    expect(() => encryptionKey(settings)).toThrow(/restore it/);
  });

  it('gives every process the same key for signing', () => {
    const pem = (octet: number): string =>
      createPublicKey(signingKey(Buffer.alloc(32, octet)))
        .export({ type: 'spki', format: 'pem' })
        .toString();
    expect(pem(1)).toBe(pem(1));
    expect(pem(1)).not.toBe(pem(2));
  });
});

describe('the administrator’s token', () => {
  it('is made at the first start, told once, and kept for the CLI', () => {
    const { hash, fresh } = adminToken(settings);
    expect(fresh).toMatch(/^[\w-]{43}$/);
    expect(hash).toEqual(hashToken(fresh as string));
    expect(readPrivateFile(join(settings.dataDir, 'admin-token'))).toBe(fresh);
    expect([modeOf('admin-token'), modeOf('admin-token.sha256')]).toEqual([0o600, 0o600]);
    expect(adminToken(settings)).toEqual({ hash });
  });

  it('stays good when the file with the token itself is deleted', () => {
    const { hash } = adminToken(settings);
    rmSync(join(settings.dataDir, 'admin-token'));
    expect(adminToken(settings)).toEqual({ hash });
    expect(readdirSync(settings.dataDir)).toEqual(['admin-token.sha256']);
  });

  it('is told by the next start when the first one was killed before it could', () => {
    makePrivateFile(join(settings.dataDir, 'admin-token'), 'made-and-never-told');
    expect(adminToken(settings).fresh).toBe('made-and-never-told');
  });

  it.each(['', '\n', 'garbage', 'ab12'])('whose hash was damaged to “%s” stops the start', (left) => {
    adminToken(settings);
    writeFileSync(join(settings.dataDir, 'admin-token.sha256'), left);
    expect(() => adminToken(settings)).toThrow(
      /admin-token\.sha256 does not hold a SHA-256 in hexadecimal: delete it, and the next start/,
    );
  });

  it('is never an empty one', () => {
    makePrivateFile(join(settings.dataDir, 'admin-token'), '');
    expect(() => adminToken(settings)).toThrow(/admin-token is empty: delete it, and the next start/);
  });

  it('is the setting’s, if there is one', () => {
    expect(adminToken({ ...settings, adminToken: 'given' })).toEqual({ hash: hashToken('given') });
    expect(readdirSync(folder)).toEqual([]);
  });
});
