import type { Dispatcher } from 'undici';
import { ApiError, NetworkError, type StatusDetails } from './errors';

interface Status {
  readonly kind?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: StatusDetails;
}

/** Reads a body as text; a body over `maxBytes` is refused instead of held. */
export const readBody = async (body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new NetworkError('other', `the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString('utf8');
};

const parseStatus = (text: string): Status => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
};

const retryAfter = (header: string | string[] | undefined, details?: StatusDetails): number | undefined => {
  const seconds = Number(typeof header === 'string' ? header : details?.retryAfterSeconds);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
};

/** A `Status` document as an error: the answer to a request, or an ERROR event inside a watch. */
export const apiErrorFromStatus = (status: Status, httpStatus?: number): ApiError =>
  new ApiError(
    httpStatus ?? status.code ?? 500,
    status.reason ?? '',
    status.message ?? `HTTP ${httpStatus ?? status.code ?? 500}`,
    status.details,
    retryAfter(undefined, status.details),
  );

/** The error for an answer that is not 2xx. A proxy's page in place of a `Status` is kept in short. */
export const apiErrorFromAnswer = (
  httpStatus: number,
  headers: Dispatcher.ResponseData['headers'],
  text: string,
): ApiError => {
  const status = parseStatus(text);
  const message = status.message ?? `HTTP ${httpStatus}: ${text.slice(0, 200).trim() || 'no body'}`;
  return new ApiError(
    httpStatus,
    status.reason ?? '',
    message,
    status.details,
    retryAfter(headers['retry-after'], status.details),
  );
};
