import type { AppendedEvent, AppendOutcome } from '../types';
import type { Pending } from './parameters';

/** What append_units answers: see migrations/0004. */
export interface Answer {
  readonly outcomes: readonly AppendOutcome['outcome'][];
  readonly seqs: readonly string[] | null;
  readonly versions: readonly (number | null)[];
  readonly recorded_at: string;
}

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

/** One outcome a unit. What a duplicate's command recorded the first time has to be asked for. */
export const outcomesOf = (
  batch: readonly Pending[],
  { outcomes, seqs, versions, recorded_at }: Answer,
  firstSeqs: ReadonlyMap<string, readonly number[]>,
): AppendOutcome[] => {
  let row = 0;
  let event = 0;
  return batch.map((pending, index): AppendOutcome => {
    const { streams, firstId } = pending.encoded;
    const own = versions.slice(row, (row += streams.length));
    switch (outcomes[index]) {
      case 'ok': {
        const count = streams.reduce((sum, { events }) => sum + events.length, 0);
        return {
          outcome: 'ok',
          seqs: (seqs ?? []).slice(event, (event += count)).map(Number),
          versions: own as number[],
          events: appended(pending, own as number[], recorded_at),
        };
      }
      case 'conflict': {
        const moved = own.findIndex((version) => version !== null);
        return { outcome: 'conflict', stream: streams[moved]?.stream ?? '', actual: own[moved] ?? 0 };
      }
      case 'duplicate':
        return { outcome: 'duplicate', seqs: firstSeqs.get(firstId) ?? [] };
      default:
        return { outcome: 'answered' };
    }
  });
};
