import type { FieldError, Rejection } from '@keelson/domain';

/** At most this many field errors are told at once: a body can hold a million mistakes. */
const MAX_ERRORS = 100;

/**
 * A refusal or failure as the client sees it (RFC 9457). `code` is stable and part of the public API; `detail` and the
 * messages are for people. `path` in `errors` is a JSON Pointer into the body, `?name` for a query parameter,
 * `/name` for a path parameter, or the name of a header.
 */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: readonly FieldError[] = [],
    /** Sent along with the answer. */
    readonly headers: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly correlationId: string;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

export const problemBody = (problem: Problem, correlationId: string): ProblemBody => {
  const { status, code, detail, errors } = problem;
  const told = errors.slice(0, MAX_ERRORS);
  return {
    type: `urn:keelson:problem:${code}`,
    title: TITLES[status] ?? 'Error',
    status,
    code,
    detail,
    ...(told.length > 0 ? { errors: told } : {}),
    correlationId,
  };
};

/** 422: the request can be read but not be done as it is. */
export const invalid = (errors: readonly FieldError[], code = 'validation-failed'): Problem => {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const where = first?.path ? `${first.path}: ` : '';
  return new Problem(422, code, `${where}${first?.message ?? 'the request is not valid'}${more}`, errors);
};

export const notFound = (code: string, detail: string): Problem => new Problem(404, code, detail);

/** The contract names it, this version does not have it: refused rather than accepted and ignored. */
export const NOT_AVAILABLE = 'not-available-yet';

const STATUS = { invalid: 422, conflict: 409, notFound: 404 } as const;

/** What a decider refused. */
export const rejected = ({ kind, code, message, errors }: Rejection): Problem =>
  new Problem(STATUS[kind], code, message, errors);
