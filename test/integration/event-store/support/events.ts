import { accept, reject, type Decider } from '@keelson/domain';
import type { AppendUnit, EventMeta, NewEvent } from '@keelson/event-store';

export const meta = (commandId: string): EventMeta => ({
  commandId,
  correlationId: commandId,
  actor: 'test',
});

export const noted = (text: string): NewEvent => ({ type: 'Noted', data: { application: 'shop', text } });

/** A unit of one stream. */
export const unitOf = (
  commandId: string,
  stream: string,
  expectedVersion: number | 'any',
  ...events: NewEvent[]
): AppendUnit => ({ streams: [{ stream, expectedVersion, events }], meta: meta(commandId) });

export interface Count {
  readonly total: number;
}
export interface Add {
  readonly by: number;
}
export interface Added {
  readonly type: 'Added';
  readonly data: { readonly application: string; readonly by: number };
}

/** Adds up to 1,000; adding nothing records nothing. */
export const counter: Decider<Count, Add, Added> = {
  initial: { total: 0 },
  decide: ({ total }, { by }) => {
    if (total + by > 1_000) return reject('conflict', 'full', `${total} and ${by} are more than 1000`);
    return by === 0 ? accept() : accept({ type: 'Added', data: { application: 'shop', by } });
  },
  evolve: (state, event) => (event.type === 'Added' ? { total: state.total + event.data.by } : state),
};
