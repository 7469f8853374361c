import type { LookupFunction } from 'node:net';
import { ask } from '../verification/ask';
import { DeadlineError, withDeadline } from '../verification/deadline';
import { NO_METADATA, ONLY_PUBLIC } from '../verification/guarded-address';
import { CLOUD_EVENT_TYPE, structured, type CloudEvent } from './cloud-event';
import { signatureOf } from './signature';

export interface CallbackTarget {
  readonly url: string;
  /** `whsec_…`; unsigned without. */
  readonly secret?: string;
}

export interface SendOptions {
  /** Loopback and private addresses too. Those of metadata services are refused all the same. */
  readonly allowPrivate: boolean;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  /** The resolver of names; the system's unless told. */
  readonly lookup?: LookupFunction;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Standard Webhooks asks for 15 to 30 s. */
const TIMEOUT_MS = 15_000;
const MOST_SAID = 200;
/** Only what a refusal says is told on, and only its beginning. */
const MOST_READ_BYTES = 4_096;

export interface CallbackAnswer {
  readonly status: number;
  /** The beginning of what was said, on one line. */
  readonly said: string;
}

/**
 * One attempt at telling somebody of an event: CloudEvents in structured JSON, signed as Standard Webhooks. Redirects are
 * not followed: an address that moved is to be told again, not guessed.
 * @throws Error when there was no answer; it may be tried again
 */
export const postCallback = async (
  { url, secret }: CallbackTarget,
  event: CloudEvent,
  { allowPrivate, signal, timeoutMs = TIMEOUT_MS, lookup, now }: SendOptions,
): Promise<CallbackAnswer> => {
  const body = structured(event);
  const timestamp = Math.floor(now / 1000);
  const headers = {
    'content-type': CLOUD_EVENT_TYPE,
    'user-agent': 'keelson',
    'webhook-id': event.id,
    'webhook-timestamp': String(timestamp),
    ...(secret === undefined ? {} : { 'webhook-signature': signatureOf(secret, event.id, timestamp, body) }),
  };
  const { status, text } = await withDeadline(timeoutMs, signal, (deadline) =>
    ask(
      { url: new URL(url), method: 'POST', headers, body },
      {
        timeoutMs,
        signal: deadline,
        rule: allowPrivate ? NO_METADATA : ONLY_PUBLIC,
        maxRedirects: 0,
        cutAt: MOST_READ_BYTES,
        ...(lookup ? { lookup } : {}),
      },
    ),
  );
  return { status, said: text.replace(/\s+/g, ' ').trim().slice(0, MOST_SAID) };
};

export const isAcknowledged = ({ status }: CallbackAnswer): boolean => status >= 200 && status < 300;

/**
 * Resolves when the callback was acknowledged with 2xx.
 * @throws Error with what was answered, or why there was no answer; it may be tried again
 */
export const sendCallback = async (...attempt: Parameters<typeof postCallback>): Promise<void> => {
  const answer = await postCallback(...attempt);
  if (isAcknowledged(answer)) return;
  const { status, said } = answer;
  throw new Error(`answered ${status}${said === '' ? '' : `: ${said}`}`);
};

/**
 * Whether the receiver of a callback that failed may have taken it all the same: it was cut off before its answer, or its
 * answer is no HTTP.
 */
export const mayBeHeard = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (error instanceof DeadlineError || error.name === 'HTTPParserError') return true;
  return 'code' in error && LOST_ON_THE_WAY.has(String(error.code));
};

const LOST_ON_THE_WAY = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
