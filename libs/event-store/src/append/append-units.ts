import type { ClientBase, Pool } from 'pg';
import type { EncodedUnit } from './encode';
import type { AppendedEvent, AppendOutcome, AppendUnit } from '../types';

export interface Pending {
  readonly unit: AppendUnit;
  readonly encoded: EncodedUnit;
}

interface Row {
  outcome: 'ok' | 'conflict' | 'duplicate' | 'answered';
  seqs: string[] | null;
  versions: number[] | null;
  stream: string | null;
  actual: number | null;
  recorded_at: string;
}

const text = `select * from append_units(
  $1::text[], $2::boolean[], $3::text[],
  $4::int[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[],
  $10::int[], $11::int[], $12::int[], $13::text[], $14::text[], $15)`;

/** Names of locks: of streams as they are called, of commands and keys with a prefix that no stream has. */
const locksOf = (batch: readonly Pending[]): Map<string, boolean> => {
  const exclusive = new Map<string, boolean>();
  for (const { unit } of batch) {
    exclusive.set(`:command:${unit.meta.commandId}`, true);
    if (unit.idempotency) exclusive.set(`:key:${unit.idempotency.scope}:${unit.idempotency.key}`, true);
    for (const { stream, events } of unit.streams)
      // Units that only assert the same stream do not wait for each other.
      exclusive.set(stream, exclusive.get(stream) === true || events.length > 0);
  }
  return exclusive;
};

const parameters = (batch: readonly Pending[], raise: boolean): unknown[] => {
  const locks = locksOf(batch);
  const streamNumber = new Map<string, number>();
  const rows: { stream: number; expected: number; count: number }[] = [];
  const heads: string[] = [];
  const tails: string[] = [];
  for (const { encoded } of batch)
    for (const { stream, expected, events } of encoded.streams) {
      const number = streamNumber.get(stream) ?? streamNumber.size + 1;
      streamNumber.set(stream, number);
      rows.push({ stream: number, expected, count: events.length });
      for (const { head, tail } of events) {
        heads.push(head);
        tails.push(tail);
      }
    }
  const keys = batch.map(({ unit }) => unit.idempotency);
  return [
    [...locks.keys()],
    [...locks.values()],
    [...streamNumber.keys()],
    batch.map(({ encoded }) => encoded.streams.length),
    batch.map(({ encoded }) => encoded.firstId),
    keys.map((key) => key?.scope ?? null),
    keys.map((key) => key?.key ?? null),
    keys.map((key) => key?.requestHash ?? null),
    batch.map(({ encoded }) => encoded.answer),
    rows.map(({ stream }) => stream),
    rows.map(({ expected }) => expected),
    rows.map(({ count }) => count),
    heads,
    tails,
    raise,
  ];
};

/** The events as they now stand in the log, put together from what we sent and what the database added. */
const appended = (
  { unit, encoded }: Pending,
  versions: readonly number[],
  recordedAt: string,
): AppendedEvent[] =>
  unit.streams.flatMap(({ stream, events }, row) => {
    const after = versions[row] ?? 0;
    return events.map(({ type, data, schemaVersion = 1 }, offset) => ({
      id: encoded.streams[row]?.events[offset]?.id ?? '',
      stream,
      version: after - events.length + offset + 1,
      type,
      schemaVersion,
      data,
      meta: unit.meta,
      recordedAt,
    }));
  });

const outcomeOf = (pending: Pending, row: Row): AppendOutcome => {
  const seqs = (row.seqs ?? []).map(Number);
  switch (row.outcome) {
    case 'ok': {
      const versions = row.versions ?? [];
      return { outcome: 'ok', seqs, versions, events: appended(pending, versions, row.recorded_at) };
    }
    case 'conflict':
      return { outcome: 'conflict', stream: row.stream ?? '', actual: row.actual ?? 0 };
    case 'duplicate':
      return { outcome: 'duplicate', seqs };
    case 'answered':
      return { outcome: 'answered' };
  }
};

/** One round trip and one transaction for all the units; see migrations/0002 for what it does in which order. */
export const appendUnits = async (
  database: Pool | ClientBase,
  batch: readonly Pending[],
  raise = false,
): Promise<AppendOutcome[]> => {
  const { rows } = await database.query<Row>({
    name: 'append_units',
    text,
    values: parameters(batch, raise),
  });
  return batch.map((pending, index) => outcomeOf(pending, rows[index] as Row));
};
