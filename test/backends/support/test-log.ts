import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createPool, migrate, openEventStore, Upcasters } from '@keelson/event-store';
import type { LogSource } from '@keelson/messaging';

export interface TestLog {
  readonly source: LogSource;
  /** Appends events, each of a stream among three, with data of so many bytes; resolves to the log's new head. */
  append(count: number, bytes?: number): Promise<number>;
  close(): Promise<void>;
}

/** The event store's own log, in the database of that URL. */
export async function openTestLog(url: string, upcasters = new Upcasters()): Promise<TestLog> {
  const pool = createPool(url, { onError: () => undefined });
  await migrate(pool, join(__dirname, '..', '..', '..', 'migrations'));
  const store = await openEventStore({ pool, upcasters });
  return {
    source: store.log,
    append: async (count, bytes = 10) => {
      const outcome = await store.append({
        streams: ['a', 'b', 'c'].map((name, index) => ({
          stream: `spec-${name}`,
          expectedVersion: 'any' as const,
          events: Array.from({ length: Math.floor((count + 2 - index) / 3) }, (_, n) => ({
            type: 'PlanChanged',
            data: { n, padding: 'x'.repeat(bytes) },
          })),
        })),
        meta: { commandId: randomUUID(), correlationId: randomUUID(), actor: 'spec' },
      });
      if (outcome.outcome !== 'ok') throw new Error(`not appended: ${outcome.outcome}`);
      return Math.max(...(await Promise.all(outcome.seqs.map((seq) => store.log.awaitSealed(seq)))));
    },
    close: async () => {
      await store.stop();
      await pool.end();
    },
  };
}
