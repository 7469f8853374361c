/** RFC 9457, as the API answers it. */
export interface Problem {
  readonly status: number;
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** The command line, a file that it names, or the settings are wrong; nothing was sent. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The server refused (4xx). Trying the same again will not help. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title ?? `refused with status ${problem.status}`);
  }
}

/** No answer, or one that says that the server cannot serve now (5xx). Trying again may help. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}
