import type { ClientBase, Pool } from 'pg';
import type { AppendOutcome } from '../types';
import type { Sealed } from '../seal/sealer';
import { outcomesOf, type Answer } from './outcomes';
import { parametersOf, type Pending } from './parameters';

type Database = Pool | ClientBase;

interface SealingAnswer extends Answer {
  readonly first_pos: string | null;
  readonly sealed: readonly string[];
}

const types = `$1::text[], $2::boolean[], $3::text[],
  $4::int[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[],
  $10::int[], $11::int[], $12::int[], $13::text, $14::text`;
const appendText = `select * from append_units(${types}, $15)`;
const sealText = `call append_and_seal(${types}, $15, null, null, null, null, null, null)`;

/** Sealed in one go at most: what others have left unsealed must not make an append wait for long. */
const sealedAtMost = 1_000;

/** The same command may decide otherwise the second time: its first transaction tells what it recorded. */
const firstSeqs = async (
  database: Database,
  batch: readonly Pending[],
  { outcomes }: Answer,
): Promise<Map<string, number[]>> => {
  const repeated = batch.filter((_, index) => outcomes[index] === 'duplicate');
  if (repeated.length === 0) return new Map();
  const { rows } = await database.query<{ event_id: string; seqs: string[] }>({
    name: 'first_seqs',
    text: `select f.event_id, array_agg(x.seq order by x.seq) as seqs
      from events f join events x on x.tx = f.tx and x.meta ->> 'commandId' = f.meta ->> 'commandId'
      where f.event_id = any($1::uuid[]) group by 1`,
    values: [repeated.map(({ encoded }) => encoded.firstId)],
  });
  return new Map(rows.map(({ event_id, seqs }) => [event_id, seqs.map(Number)]));
};

/** One round trip and one transaction for all the units; see migrations/0004 for what it does in which order. */
export const appendUnits = async (
  database: Database,
  batch: readonly Pending[],
  raise = false,
): Promise<AppendOutcome[]> => {
  const values = [...parametersOf(batch), raise];
  const { rows } = await database.query<Answer>({ name: 'append_units', text: appendText, values });
  const answer = rows[0] as Answer;
  return outcomesOf(batch, answer, await firstSeqs(database, batch, answer));
};

/**
 * The same, and positions for what has none yet, as far as the fence lets it: perhaps not for these units, perhaps
 * for those of others too. The units are durable before anything is sealed.
 */
export const appendAndSeal = async (
  pool: Pool,
  batch: readonly Pending[],
): Promise<{ outcomes: AppendOutcome[]; sealed: Sealed }> => {
  const values = [...parametersOf(batch), sealedAtMost];
  const { rows } = await pool.query<SealingAnswer>({ name: 'append_and_seal', text: sealText, values });
  const answer = rows[0] as SealingAnswer;
  return {
    outcomes: outcomesOf(batch, answer, await firstSeqs(pool, batch, answer)),
    sealed: { firstPosition: Number(answer.first_pos), seqs: answer.sealed.map(Number) },
  };
};
