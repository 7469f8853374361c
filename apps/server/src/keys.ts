import { createPrivateKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { VaultKeyError, type Vault } from '@keelson/event-store';
import { StartFailure } from './failure';
import { makePrivateFile, readPrivateFile } from './private-file';
import type { Settings } from './settings';

/** The key that secrets are encrypted with: the setting's, else the data folder's, made at the first start. */
export const encryptionKey = ({ encryptionKey: given, dataDir }: Settings): Buffer => {
  if (given) return given;
  const path = join(dataDir, 'encryption-key');
  const text = readPrivateFile(path) ?? makePrivateFile(path, randomBytes(32).toString('base64'));
  const key = Buffer.from(text, 'base64');
  if (key.length !== 32)
    throw new StartFailure(`${path} does not hold 32 bytes in base64: restore it from a backup`);
  return key;
};

/** A key that cannot read what is stored would show at the first cluster, long after the start. */
export const assertKeyFits = async (pool: Pool, vault: Vault): Promise<void> => {
  const { rows } = await pool.query<{ name: string; version: string }>(
    'select name, version from secrets order by created_at desc limit 1',
  );
  const [newest] = rows;
  if (!newest) return;
  try {
    await vault.get(newest.name, newest.version);
  } catch (error) {
    if (!(error instanceof VaultKeyError)) throw error;
    throw new StartFailure(
      'KEELSON_ENCRYPTION_KEY (or encryption-key in KEELSON_DATA) is not the key that the stored credentials were encrypted with',
      { cause: error },
    );
  }
};

/** DER of an Ed25519 private key (RFC 8410) up to its 32 octets. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key that heads of the log are signed with. Derived, so that every process of an installation has the same. */
export const signingKey = (encryption: Buffer): KeyObject => {
  const seed = Buffer.from(hkdfSync('sha256', encryption, Buffer.alloc(0), 'keelson log head signature', 32));
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
};
