/** SQLSTATEs raised by migrations/0001_event_store.sql. */
export const sqlState = {
  lateTransaction: 'KE001',
  conflict: 'KE002',
  immutable: 'KE003',
} as const;

/** The streams kept moving for as many tries as are allowed. The command may be sent again. */
export class ConcurrencyError extends Error {
  override readonly name = 'ConcurrencyError';
  readonly retryable = true;
  constructor(
    readonly stream: string,
    readonly actual: number,
    readonly tries: number,
  ) {
    super(`${stream} is at version ${actual}: not the expected one in ${tries} tries`);
  }
}

/** What was waited for did not happen in time; it may still happen. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly retryable = true;
}

/** The event cannot be stored as it is: its data is no JSON that PostgreSQL can hold. */
export class UnstorableEventError extends Error {
  override readonly name = 'UnstorableEventError';
  readonly retryable = false;
}

/** The database's schema is not the one that this program was written for. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly retryable = false;
}

/** The embedded server cannot be run here; the message says what to change. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly retryable = false;
}

/** The stored read model was built by a newer program than this one. */
export class ProjectionVersionError extends Error {
  override readonly name = 'ProjectionVersionError';
  readonly retryable = false;
}

/** The secret was not encrypted with this key, or was altered. */
export class VaultKeyError extends Error {
  override readonly name = 'VaultKeyError';
  readonly retryable = false;
}

/** The store is being stopped. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
  readonly retryable = true;
}
