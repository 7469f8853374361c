import type { AppendUnit } from '../types';
import type { EncodedUnit } from './encode';

export interface Pending {
  readonly unit: AppendUnit;
  readonly encoded: EncodedUnit;
}

/** JSON text writes it as an escape, so it is free to stand between texts. */
const separator = '\u001f';

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

/** The first 14 parameters of append_units and of append_and_seal: see migrations/0004. */
export const parametersOf = (batch: readonly Pending[]): unknown[] => {
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
    heads.join(separator),
    tails.join(separator),
  ];
};
