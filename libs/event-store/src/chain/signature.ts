import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { Pool } from 'pg';

/** Proof that the log had this chain at this position. Kept outside, it binds whoever owns the database too. */
export interface HeadSignature {
  readonly position: number;
  /** Hex. */
  readonly chain: string;
  /** Ed25519, base64. */
  readonly signature: string;
  /** SPKI, PEM. */
  readonly publicKey: string;
  readonly signedAt: string;
}

interface Row {
  pos: string;
  chain: Buffer;
  signature: Buffer;
  public_key: string;
  signed_at: Date;
}

/** What is signed: a text that says what it is, so that the key's other signatures cannot stand in for it. */
const statement = (position: number, chain: string): Buffer =>
  Buffer.from(`keelson log head\n${position}\n${chain}\n`);

const toSignature = (row: Row): HeadSignature => ({
  position: Number(row.pos),
  chain: row.chain.toString('hex'),
  signature: row.signature.toString('base64'),
  publicKey: row.public_key,
  signedAt: row.signed_at.toISOString(),
});

/** Signs the end of the log and keeps the signature; the one already there when the log has not grown. */
export const signHead = async (pool: Pool, privateKey: KeyObject): Promise<HeadSignature> => {
  const { rows: heads } = await pool.query<{ pos: string; chain: Buffer }>('select pos, chain from log_head');
  const head = heads[0] as { pos: string; chain: Buffer };
  const signature = sign(null, statement(Number(head.pos), head.chain.toString('hex')), privateKey);
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  await pool.query(
    `insert into log_signatures (pos, chain, signature, public_key) values ($1, $2, $3, $4)
     on conflict (pos) do nothing`,
    [head.pos, head.chain, signature, publicKey],
  );
  const { rows } = await pool.query<Row>('select * from log_signatures where pos = $1', [head.pos]);
  return toSignature(rows[0] as Row);
};

export const latestSignature = async (pool: Pool): Promise<HeadSignature | undefined> => {
  const { rows } = await pool.query<Row>('select * from log_signatures order by pos desc limit 1');
  return rows[0] && toSignature(rows[0]);
};

/** Whether the signature fits what it says; give the key you trust, for the one inside proves only consistency. */
export const verifySignature = (signature: HeadSignature, publicKey?: KeyObject): boolean =>
  verify(
    null,
    statement(signature.position, signature.chain),
    publicKey ?? createPublicKey(signature.publicKey),
    Buffer.from(signature.signature, 'base64'),
  );
