import { ApiError, messageOf, NetworkError } from './errors';

/**
 * What an error means for the work that met it:
 * - `terminal`: the same request will be refused again (show it, try again slowly);
 * - `transient`: try again with backoff, not before `retryAfterMs`;
 * - `conflict`: somebody else wrote; read again and decide again;
 * - `notFound`, `gone`: the object, or the resourceVersion that was asked for, does not exist;
 * - `unauthorized`: the credentials are not accepted, for anything;
 * - `unreachable`: nothing answers at that address.
 */
export type ErrorKind =
  'terminal' | 'transient' | 'conflict' | 'notFound' | 'gone' | 'unauthorized' | 'unreachable';

export interface Classified {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly retryAfterMs?: number;
}

/** An error that already knows its class, such as a refusal of our own. */
export class ClassifiedError extends Error {
  override readonly name: string = 'ClassifiedError';
  constructor(
    readonly kind: ErrorKind,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/**
 * Server-side apply answers a field that its schema does not know with a bare 500, which would be tried for ever.
 * Texts of structured-merge-diff, unchanged from 1.16 on.
 */
const SCHEMA_REFUSAL =
  /failed to (create typed patch object|convert (new|patch) object)|not declared in schema/;

const ofApiError = (error: ApiError): ErrorKind => {
  if (error.status === 404) return 'notFound';
  if (error.status === 409) return 'conflict';
  if (error.status === 410) return 'gone';
  if (error.status === 401) return 'unauthorized';
  // A namespace that is being deleted refuses creations with 403; it will be gone, and then they pass.
  if (error.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating')) return 'transient';
  if (error.status === 408 || error.status === 425 || error.status === 429) return 'transient';
  if (error.status >= 500) return SCHEMA_REFUSAL.test(error.message) ? 'terminal' : 'transient';
  return 'terminal';
};

const ofNetworkError = (error: NetworkError): ErrorKind =>
  error.kind === 'reset' || error.kind === 'other' ? 'transient' : 'unreachable';

const isAbort = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';

/** An error of an unknown kind is a fault of ours: terminal, so that it is shown and not repeated at speed. */
export const classify = (error: unknown): Classified => {
  if (error instanceof ApiError) {
    return {
      kind: ofApiError(error),
      message: error.message,
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    };
  }
  if (error instanceof NetworkError) return { kind: ofNetworkError(error), message: error.message };
  if (error instanceof ClassifiedError) return { kind: error.kind, message: error.message };
  return { kind: isAbort(error) ? 'transient' : 'terminal', message: messageOf(error) };
};
