import { randomUUID } from 'node:crypto';
import { Agent, request, type Dispatcher } from 'undici';
import { RefusedError, UnreachableError, type Problem } from '../errors';

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Ask {
  readonly query?: Query;
  /** Answer only when the read model has reached this log position: reading one's own writes. */
  readonly minPosition?: number;
  /** Makes a POST harmless to repeat; a new one for every call unless the caller has its own. */
  readonly idempotencyKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const CONNECT_TIMEOUT_MS = 5_000;

/** The API waits up to 10 s for `Keelson-Min-Position`; an answer that takes three times that will not come. */
const ANSWER_TIMEOUT_MS = 30_000;

/** The API sends a comment every 15 s when nothing happens; a longer silence is a connection that is dead. */
const SILENCE_MS = 45_000;

/** One server, one token. Throws RefusedError for a 4xx, UnreachableError for everything that is no answer. */
export class ApiClient {
  private readonly agent = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
  });

  constructor(
    readonly url: string,
    private readonly token: string,
  ) {}

  get<Answer>(path: string, ask: Ask = {}): Promise<Answer> {
    return this.json<Answer>('GET', path, undefined, ask);
  }

  put<Answer>(path: string, body: unknown, ask: Ask = {}): Promise<Answer> {
    return this.json<Answer>('PUT', path, body, ask);
  }

  post<Answer>(path: string, body: unknown, ask: Ask = {}): Promise<Answer> {
    const idempotencyKey = ask.idempotencyKey ?? randomUUID();
    return this.json<Answer>('POST', path, body, { ...ask, idempotencyKey });
  }

  delete<Answer>(path: string, ask: Ask = {}): Promise<Answer> {
    return this.json<Answer>('DELETE', path, undefined, ask);
  }

  /** The raw answer of a successful GET, whose body the caller reads for as long as it goes on. */
  async stream(path: string, ask: Ask = {}): Promise<Dispatcher.ResponseData> {
    return this.send('GET', path, undefined, ask, SILENCE_MS);
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async json<Answer>(
    method: Dispatcher.HttpMethod,
    path: string,
    body: unknown,
    ask: Ask,
  ): Promise<Answer> {
    const { body: answer } = await this.send(method, path, body, ask);
    const text = await answer.text().catch(this.unreachable);
    return (text === '' ? {} : this.parse(text)) as Answer;
  }

  private async send(
    method: Dispatcher.HttpMethod,
    path: string,
    body: unknown,
    ask: Ask,
    bodyTimeout?: number,
  ): Promise<Dispatcher.ResponseData> {
    const answer = await request(`${this.url}/v1${path}`, {
      method,
      dispatcher: this.agent,
      query: Object.fromEntries(Object.entries(ask.query ?? {}).filter(([, value]) => value !== undefined)),
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ask.minPosition === undefined ? {} : { 'keelson-min-position': String(ask.minPosition) }),
        ...(ask.idempotencyKey === undefined ? {} : { 'idempotency-key': ask.idempotencyKey }),
        ...ask.headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(bodyTimeout === undefined ? {} : { bodyTimeout }),
      ...(ask.signal ? { signal: ask.signal } : {}),
    }).catch(this.unreachable);
    if (answer.statusCode < 300) return answer;
    const text = await answer.body.text().catch(this.unreachable);
    if (answer.statusCode >= 400 && answer.statusCode < 500) {
      throw new RefusedError(problemOf(answer.statusCode, text));
    }
    const { detail, title } = problemOf(answer.statusCode, text);
    throw new UnreachableError(
      `${this.url} answered ${answer.statusCode}: ${detail ?? title ?? 'no reason given'}`,
    );
  }

  private parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new UnreachableError(`${this.url} did not answer with JSON: is this a Keelson server?`, {
        cause,
      });
    }
  }

  private readonly unreachable = (
    cause: Error & { code?: string; errors?: readonly { code?: string }[] },
  ): never => {
    if (cause.name === 'AbortError') throw cause;
    // Node tries IPv6 and IPv4 and wraps both failures; the wrapper itself has an empty message.
    const why = cause.message || cause.errors?.[0]?.code || cause.code || cause.name;
    throw new UnreachableError(`cannot reach ${this.url}: ${why}`, { cause });
  };
}

const problemOf = (status: number, text: string): Problem => {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return { ...body, status };
  } catch {
    // Not from Keelson: a proxy, or another server. Its status is all there is to tell.
  }
  return { status, title: `status ${status}` };
};
