import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { VaultKeyError } from '../errors';

/** Secrets beside the log: kubeconfigs, webhook secrets. Events refer to them by name and version. */
export interface Vault {
  /** Stores a new version and answers its id; earlier versions stay until `remove`. */
  put(name: string, plaintext: string | Buffer): Promise<string>;
  /** @throws VaultKeyError when it was encrypted with another key or has been altered. */
  get(name: string, version: string): Promise<Buffer | undefined>;
  /** Removes every version. */
  remove(name: string): Promise<void>;
}

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** Bound to its place, so that one secret's ciphertext cannot be put in another's row. */
const place = (name: string, version: string): Buffer => Buffer.from(`${name}:${version}`);

/** nonce ‖ tag ‖ ciphertext */
const encrypt = (key: Buffer, aad: Buffer, plaintext: Buffer): Buffer => {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(aad);
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
};

const decrypt = (key: Buffer, aad: Buffer, stored: Buffer): Buffer => {
  const nonce = stored.subarray(0, nonceBytes);
  const tag = stored.subarray(nonceBytes, nonceBytes + tagBytes);
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
    .setAAD(aad)
    .setAuthTag(tag);
  return Buffer.concat([decipher.update(stored.subarray(nonceBytes + tagBytes)), decipher.final()]);
};

/** @param key 32 bytes. @throws VaultKeyError for any other length. */
export const createVault = (pool: Pool, key: Buffer): Vault => {
  if (key.length !== 32)
    throw new VaultKeyError(`the encryption key has ${key.length} bytes, it must have 32`);
  return {
    async put(name, plaintext) {
      const version = randomUUID();
      const sealed = encrypt(key, place(name, version), Buffer.from(plaintext));
      await pool.query('insert into secrets (name, version, ciphertext) values ($1, $2, $3)', [
        name,
        version,
        sealed,
      ]);
      return version;
    },
    async get(name, version) {
      const { rows } = await pool.query<{ ciphertext: Buffer }>(
        'select ciphertext from secrets where name = $1 and version = $2',
        [name, version],
      );
      if (!rows[0]) return undefined;
      try {
        return decrypt(key, place(name, version), rows[0].ciphertext);
      } catch (cause) {
        throw new VaultKeyError(`the secret ${name} was encrypted with another key, or was altered`, {
          cause,
        });
      }
    },
    async remove(name) {
      await pool.query('delete from secrets where name = $1', [name]);
    },
  };
};
