import type { PoolClient } from 'pg';
import type { SubscribeOptions } from '../read/subscription';
import type { RecordedEvent } from '../types';

/** Where the events of a projection come from: the log itself (LogReader is one), or a bus that carries it. */
export interface EventFeed {
  subscribe(options: SubscribeOptions): { stop(): Promise<void> };
}

/** A read model made from the log, and how. */
export interface ProjectionOptions {
  readonly name: string;
  /** Raised when `ddl` or `apply` changes meaning: the read model is then built anew beside the old one. */
  readonly version: number;
  /** Schema of its tables; belongs to this projection alone, since a rebuild replaces it whole. */
  readonly schema: string;
  /** Makes the tables. Names without a schema: search_path is on the schema, or on its successor in a rebuild. */
  readonly ddl: string;
  /** The log when left out. A rebuild reads the log in any case: a feed may not go back to its beginning. */
  readonly feed?: EventFeed;
  /** 500 when left out. A batch is one transaction, and holds the sealer's fence while it lasts. */
  readonly batchSize?: number;
  /**
   * Reads back what `apply` keeps in memory, before the first batch and outside its transaction: for as long as a batch
   * lasts nothing is sealed, and every command waits. `position` is where the tables stand as `client` sees them.
   */
  warm?(client: PoolClient, position: number): Promise<void>;
  /** Writes with `client`, whose search_path is on the schema. Runs again from scratch when it throws. */
  apply(events: readonly RecordedEvent[], client: PoolClient): Promise<void>;
  onAdvanced?(position: number): void;
  onError?(error: unknown): void;
}

export interface Projection {
  readonly name: string;
  /** Resolves when the read model stands, after a rebuild if one was due; rejects with ProjectionVersionError. */
  readonly ready: Promise<void>;
  /** How far the read model is known to have come. */
  readonly position: number;
  /** @throws DeadlineError */
  waitFor(position: number, timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}
