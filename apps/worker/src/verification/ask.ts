import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, request, type Dispatcher } from 'undici';
import { guarded, NO_METADATA, refuseForbiddenHost, type AddressRule } from './guarded-address';
import type { Question } from './question';
import { nextHop } from './redirect';

export interface Reply {
  readonly status: number;
  readonly text: string;
}

export interface AskOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The resolver of names; the system's unless told. */
  readonly lookup?: LookupFunction;
  /** Addresses that may not be asked; those of metadata services unless told. */
  readonly rule?: AddressRule;
  /** How many redirects are followed; 5 unless told. With 0 a redirect is the answer. */
  readonly maxRedirects?: number;
  /** Bytes of the answer that are read, however long it is; without it, an answer that is too long is none. */
  readonly cutAt?: number;
}

/** Largest answer that is read. A query that says more does not ask one question. */
const MAX_BODY_BYTES = 1024 * 1024;
const MAX_REDIRECTS = 5;

/**
 * Asks once, following redirects. Throws when there is no complete answer, when it is larger than 1 MB and is not to be
 * cut, and when an address on the way may not be asked.
 * A connection for each question: they are seconds apart, an idle one would have been closed meanwhile, and nothing is
 * left open when a worker stops.
 */
export const ask = async (question: Question, options: AskOptions): Promise<Reply> => {
  const {
    timeoutMs,
    signal,
    lookup = systemLookup,
    rule = NO_METADATA,
    maxRedirects = MAX_REDIRECTS,
    cutAt,
  } = options;
  const agent = new Agent({
    connect: { timeout: timeoutMs, lookup: guarded(lookup, rule) },
    // The caller's deadline covers the whole.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    let current = question;
    for (let redirects = 0; ; redirects += 1) {
      refuseForbiddenHost(current.url, rule);
      const answer = await send(current, agent, signal);
      const next =
        maxRedirects === 0 ? undefined : nextHop(current, answer.statusCode, answer.headers.location);
      if (next === undefined) return { status: answer.statusCode, text: await readText(answer.body, cutAt) };
      discard(answer.body);
      if (redirects === maxRedirects) throw new Error(`more than ${maxRedirects} redirects`);
      current = next;
    }
  } finally {
    await agent.destroy();
  }
};

const send = (
  { url, method, headers, body }: Question,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> =>
  request(url, { method, headers, body: body ?? null, dispatcher, signal });

const readText = async (body: Dispatcher.ResponseData['body'], cutAt = Infinity): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error(`the answer is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
    if (bytes >= cutAt) break;
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** A redirect's body may be without end: it is never read. */
const discard = (body: Dispatcher.ResponseData['body']): void => {
  body.on('error', () => undefined);
  body.destroy();
};
