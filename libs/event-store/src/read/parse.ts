import type { RecordedEvent, StreamEvent } from '../types';
import type { Upcasters } from './upcasters';

/** What every read selects: one text holds the event whole, so one JSON.parse makes it. */
export interface StreamRow {
  canonical: string;
  hash: string;
}
export interface LogRow extends StreamRow {
  pos: string;
}

export const parseStreamRow = ({ canonical, hash }: StreamRow, upcasters: Upcasters): StreamEvent => {
  const event = JSON.parse(canonical) as Omit<StreamEvent, 'hash'>;
  return upcasters.upcast({ ...event, hash });
};

export const parseLogRow = (row: LogRow, upcasters: Upcasters): RecordedEvent => ({
  position: Number(row.pos),
  ...parseStreamRow(row, upcasters),
});
