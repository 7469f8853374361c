import { HttpException } from '@nestjs/common';
import { ConcurrencyError, DeadlineError, StoppedError, UnstorableEventError } from '@keelson/event-store';
import { Problem } from './problem';

const CODES: Readonly<Record<number, string>> = {
  400: 'bad-request',
  404: 'route-not-found',
  406: 'not-acceptable',
  413: 'body-too-large',
  415: 'unsupported-media-type',
};

const DETAILS: Readonly<Record<number, string>> = {
  413: 'the body is larger than 10 MB',
  415: 'the body must be application/json',
};

/** Every error that reaches the edge, as an answer. What is not expected becomes a 500 that says nothing of the inside. */
export const toProblem = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof HttpException) {
    const status = error.getStatus();
    return new Problem(status, CODES[status] ?? 'http-error', DETAILS[status] ?? error.message);
  }
  if (error instanceof DeadlineError) return later(504, 'deadline-exceeded', error);
  if (error instanceof ConcurrencyError) return later(503, 'too-much-contention', error);
  if (error instanceof StoppedError) return later(503, 'shutting-down', error);
  if (error instanceof UnstorableEventError) {
    return new Problem(422, 'not-storable', error.message, [], {}, { cause: error });
  }
  return (isObject(error) && databaseProblem(error)) || unexpected(error);
};

const later = (status: number, code: string, cause: Error): Problem =>
  new Problem(status, code, cause.message, [], { 'retry-after': '1' }, { cause });

const unexpected = (cause: unknown): Problem =>
  new Problem(
    500,
    'internal-error',
    'something failed here; the log has it under the correlation id',
    [],
    {},
    { cause },
  );

/** Node's network errors and PostgreSQL's classes 08 (connection), 53 (resources) and 57 (operator intervention). */
const AWAY = /^(?:ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|08|53|57)/;
/** undefined_table and invalid_schema_name: no worker has built the read model yet. */
const NOT_BUILT = new Set(['42P01', '3F000']);

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const databaseProblem = (error: { code?: string; message?: string }): Problem | undefined => {
  const { code = '', message = '' } = error;
  if (NOT_BUILT.has(code)) {
    return unavailable(
      'read-model-not-ready',
      'the read model is not built yet; is a worker running?',
      error,
    );
  }
  if (AWAY.test(code) || /Connection terminated|timeout exceeded when trying to connect/.test(message)) {
    return unavailable('database-unavailable', 'the database cannot be reached', error);
  }
  return undefined;
};

const unavailable = (code: string, detail: string, cause: unknown): Problem =>
  new Problem(503, code, detail, [], { 'retry-after': '1' }, { cause });
