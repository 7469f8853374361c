import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';

export interface VerifyResult {
  readonly ok: boolean;
  /** Events looked at. */
  readonly checked: number;
  readonly head: { readonly position: number; readonly chain: string };
  readonly firstBroken?: { readonly position: number; readonly problem: string };
}

interface Row {
  pos: string;
  chain: Buffer;
  stream_id: string;
  version: number;
  event_id: string;
  type: string;
  schema_version: number;
  data: unknown;
  meta: unknown;
  recorded_at: Date;
  canonical: string;
  prev_hash: Buffer;
  hash: Buffer;
  before: Buffer | null;
}

const batchSize = 1_000;
const zeros = Buffer.alloc(32);

/**
 * What is hashed. Event: `sha256(hash of the stream's previous event ‖ UTF-8 of the RFC 8785 text of {data, id, meta,
 * recordedAt, schemaVersion, stream, type, version})`. Log: `sha256(chain before ‖ position as 8 bytes, big-endian ‖
 * hash of the event)`. Both begin with 32 zero bytes.
 */
export const eventHash = (previous: Buffer, canonical: string): Buffer =>
  createHash('sha256').update(previous).update(canonical, 'utf8').digest();

export const chainHash = (previous: Buffer, position: number, hash: Buffer): Buffer => {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(position));
  return createHash('sha256').update(previous).update(number).update(hash).digest();
};

/** The event's text, from the columns that queries use: they must say what was hashed. */
const textOf = (row: Row): string | undefined =>
  canonicalize({
    data: row.data,
    id: row.event_id,
    meta: row.meta,
    recordedAt: row.recorded_at.toISOString(),
    schemaVersion: row.schema_version,
    stream: row.stream_id,
    type: row.type,
    version: row.version,
  });

const problemOf = (row: Row, position: number, chain: Buffer): string | undefined => {
  if (Number(row.pos) !== position) return `position ${position} is missing`;
  if (textOf(row) !== row.canonical) return 'the columns differ from the canonical text';
  const before = row.version === 1 ? zeros : row.before;
  if (!before) return `version ${row.version - 1} of ${row.stream_id} is missing`;
  if (!before.equals(row.prev_hash))
    return `the chain of ${row.stream_id} is broken before version ${row.version}`;
  if (!eventHash(row.prev_hash, row.canonical).equals(row.hash)) return 'the event does not have its hash';
  if (!chainHash(chain, position, row.hash).equals(row.chain)) return 'the log does not have its chain';
  return undefined;
};

const text = `select l.pos, l.chain, e.stream_id, e.version, e.event_id, e.type, e.schema_version, e.data, e.meta,
    e.recorded_at, e.canonical, e.prev_hash, e.hash, b.hash as before
  from event_log l join events e on e.seq = l.seq
  left join events b on b.stream_id = e.stream_id and b.version = e.version - 1
  where l.pos >= $1 and l.pos <= $2 order by l.pos limit $3`;

const chainAt = async (pool: Pool, position: number): Promise<Buffer | undefined> => {
  if (position === 0) return zeros;
  const { rows } = await pool.query<{ chain: Buffer }>('select chain from event_log where pos = $1', [
    position,
  ]);
  return rows[0]?.chain;
};

/** Recomputes every hash and both chains from the stored columns, from position `from` to `to` (inclusive). */
export const verifyLog = async (
  pool: Pool,
  range: { from?: number; to?: number } = {},
): Promise<VerifyResult> => {
  const { rows: heads } = await pool.query<{ pos: string; chain: Buffer }>('select pos, chain from log_head');
  const end = heads[0] as { pos: string; chain: Buffer };
  // Beyond the end there is nothing that could be broken.
  const from = Math.min(Math.max(range.from ?? 1, 1), Number(end.pos) + 1);
  const to = Math.min(range.to ?? Number.MAX_SAFE_INTEGER, Number(end.pos));
  let position = from - 1;
  let chain = await chainAt(pool, position);
  let checked = 0;
  const broken = (at: number, problem: string): VerifyResult => ({
    ok: false,
    checked,
    head: { position: Number(end.pos), chain: end.chain.toString('hex') },
    firstBroken: { position: at, problem },
  });
  if (!chain) return broken(position, `position ${position} is missing`);

  while (position < to) {
    const { rows } = await pool.query<Row>({
      name: 'verify_log',
      text,
      values: [position + 1, to, batchSize],
    });
    if (rows.length === 0) return broken(position + 1, `position ${position + 1} is missing`);
    for (const row of rows) {
      const problem = problemOf(row, position + 1, chain);
      if (problem) return broken(position + 1, problem);
      chain = row.chain;
      position += 1;
      checked += 1;
    }
  }
  if (to === Number(end.pos) && position === to && !chain.equals(end.chain))
    return broken(to, 'the head does not have the chain of the last event');
  return { ok: true, checked, head: { position: Number(end.pos), chain: end.chain.toString('hex') } };
};
