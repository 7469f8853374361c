import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { hashToken } from '@keelson/api';
import { makePrivateFile, readPrivateFile } from './private-file';
import type { Settings } from './settings';

export interface AdminToken {
  readonly hash: Buffer;
  /** The token itself, at the start that made it: to be shown once. */
  readonly fresh?: string;
}

/**
 * The setting's token, else one made at the first start. Its hash is what is checked; the token lies beside it for the
 * CLI on this machine, and may be deleted.
 */
export const adminToken = ({ adminToken: given, dataDir }: Settings): AdminToken => {
  if (given !== undefined) return { hash: hashToken(given) };
  const hashFile = join(dataDir, 'admin-token.sha256');
  const known = readPrivateFile(hashFile);
  if (known !== undefined) return { hash: Buffer.from(known, 'hex') };
  // The token first: should we be killed in between, the next start finds it and goes on from there.
  const token = makePrivateFile(join(dataDir, 'admin-token'), randomBytes(32).toString('base64url'));
  makePrivateFile(hashFile, hashToken(token).toString('hex'));
  return { hash: hashToken(token), fresh: token };
};
