/** The parts of a Kubernetes `Status` that callers decide by. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly retryAfterSeconds?: number;
  readonly causes?: readonly {
    readonly reason?: string;
    readonly message?: string;
    readonly field?: string;
  }[];
}

/** The API server answered, and the answer is a refusal. `status` is the HTTP code, `reason` the machine word. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly details?: StatusDetails,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

export type NetworkErrorKind = 'refused' | 'dns' | 'tls' | 'timeout' | 'reset' | 'other';

/** There was no complete answer. Whether the request took effect is unknown, except for `refused`, `dns` and `tls`. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  constructor(
    readonly kind: NetworkErrorKind,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

const BY_CODE: Readonly<Record<string, NetworkErrorKind>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EHOSTDOWN: 'refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'reset',
  EPROTO: 'tls',
};

/** OpenSSL's verification results, as Node passes them on in `code`. */
const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|CRL_)/;

/** Errors of sockets are known by their parts: in another realm (a test runner's) `instanceof Error` denies them. */
interface SocketError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  /** Happy eyeballs reports one error for each address that was tried. */
  readonly errors?: readonly unknown[];
}

const partsOf = (error: unknown): SocketError =>
  typeof error === 'object' && error !== null ? error : { message: String(error) };

const codeOf = ({ code, errors }: SocketError): string => {
  if (typeof code === 'string') return code;
  return errors?.[0] === undefined ? '' : codeOf(partsOf(errors[0]));
};

/** What an error of any origin says. */
export const messageOf = (error: unknown): string => {
  const { message, name } = partsOf(error);
  return String(message || codeOf(partsOf(error)) || name || error);
};

const kindOf = (code: string): NetworkErrorKind => {
  if (TLS_CODE.test(code)) return 'tls';
  if (code.startsWith('HPE_')) return 'reset';
  return BY_CODE[code] ?? 'other';
};

/** Wraps what undici and the socket layer throw. */
export const networkErrorFrom = (error: unknown): NetworkError =>
  error instanceof NetworkError
    ? error
    : new NetworkError(kindOf(codeOf(partsOf(error))), messageOf(error), error);
