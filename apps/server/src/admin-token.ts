import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { hashToken } from '@keelson/api';
import { StartFailure } from './failure';
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
  if (known !== undefined) return { hash: readHash(hashFile, known) };
  // The token first: should we be killed in between, the next start finds it and goes on from there.
  const tokenFile = join(dataDir, 'admin-token');
  const token = makePrivateFile(tokenFile, randomBytes(32).toString('base64url'));
  if (token === '') throw new StartFailure(`${tokenFile} is empty: delete it, and ${NEXT}`);
  makePrivateFile(hashFile, hashToken(token).toString('hex'));
  return { hash: hashToken(token), fresh: token };
};

const NEXT = 'the next start makes it anew';

/** A hash of another length is like no token's, and comparing it is an error at every request. */
const readHash = (path: string, text: string): Buffer => {
  const hash = Buffer.from(text, 'hex');
  if (hash.length === 32) return hash;
  throw new StartFailure(`${path} does not hold a SHA-256 in hexadecimal: delete it, and ${NEXT}`);
};
