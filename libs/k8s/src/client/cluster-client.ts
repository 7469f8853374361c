import type { Dispatcher, Pool } from 'undici';
import type { ClusterConnection } from '../connection/connection';
import { authorizationOf, poolFor } from './agents';
import { apiErrorFromAnswer, readBody } from './answer';
import { ApiError, NetworkError, networkErrorFrom } from './errors';
import { Limiter } from './limiter';
import { orAborted } from './or-aborted';

export interface ClientOptions {
  /** Requests in flight. Default 8: on a real API server more adds latency, not rate. */
  readonly maxConcurrent?: number;
  /** From the request's turn to the end of its answer. Default 30 s. */
  readonly requestTimeoutMs?: number;
  /** Default 5 s. */
  readonly connectTimeoutMs?: number;
  /** Largest answer that is read. Default 64 MiB. */
  readonly maxBodyBytes?: number;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RequestOptions {
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** Default `application/json`. */
  readonly accept?: string;
  /** Waits for no other request and needs no connection that they hold: for asking whether the server is there at all. */
  readonly outOfTurn?: boolean;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

const MIB = 1024 * 1024;

/** A server that closes an idle connection just as it is used says so at once. */
const CLOSED_AT_ONCE_MS = 1_000;

/**
 * Raw JSON over HTTP to one API server. Throws `ApiError` for an answer that is not 2xx, `NetworkError` when there
 * was no complete answer, and the signal's reason when the caller gave up.
 * Watches have a pool of their own: long answers must never hold a connection that an apply needs.
 */
export class ClusterClient {
  readonly server: string;
  readonly #prefix: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #open: (connections: number | null) => Pool;
  readonly #maxConcurrent: number;
  /** Given up, and still waiting for answers. */
  readonly #former = new Set<Pool>();
  #requests: Pool;
  #watches: Pool;
  readonly #limiter: Limiter;
  readonly #timeoutMs: number;
  readonly #maxBodyBytes: number;

  constructor(connection: ClusterConnection, options: ClientOptions = {}) {
    this.#maxConcurrent = options.maxConcurrent ?? 8;
    const connectTimeoutMs = options.connectTimeoutMs ?? 5_000;
    this.#timeoutMs = options.requestTimeoutMs ?? 30_000;
    this.#maxBodyBytes = options.maxBodyBytes ?? 64 * MIB;
    this.#limiter = new Limiter(this.#maxConcurrent);
    this.server = connection.server;
    this.#prefix = new URL(connection.server).pathname.replace(/\/+$/, '');
    const authorization = authorizationOf(connection);
    this.#headers = { accept: 'application/json', ...(authorization ? { authorization } : {}) };
    // Requests are timed as a whole by #timed, and the time until a watch's headers likewise.
    const limits = { connectTimeoutMs, headersTimeoutMs: 0, bodyTimeoutMs: 0 };
    this.#open = (connections) => poolFor(connection, { ...limits, connections });
    this.#requests = this.#open(this.#maxConcurrent);
    this.#watches = this.#open(null);
  }

  /**
   * Opens new connections from now on. One that a router forgot while it was idle takes a request and stays silent:
   * each of them would cost a request its whole timeout. Requests under way fail, or go on where the server may only
   * have been slow; watches, and what was asked out of turn, go on to their end.
   */
  renew(underWay: 'fail' | 'go on' = 'fail'): void {
    const requests = this.#requests;
    const watches = this.#watches;
    this.#requests = this.#open(this.#maxConcurrent);
    this.#watches = this.#open(null);
    const givenUp = new NetworkError('timeout', 'the connection was given up');
    this.#retire(requests, underWay === 'fail' ? requests.destroy(givenUp) : requests.close());
    this.#retire(watches, watches.close());
  }

  /**
   * One request; the answer's JSON, or its text where the server answers in plain text (`/readyz`).
   * A connection that was reset before any answer is tried once more, because the server may close an idle
   * connection just as it is used; not for POST, which may have taken effect, and not when the answer had been waited
   * for: after a silence it is the caller's to know what is wanted by now.
   */
  async request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    let sentAt = 0;
    const send = () => {
      sentAt = performance.now();
      return this.#timed(options.timeoutMs ?? this.#timeoutMs, options.signal, (signal) =>
        this.#send<T>(method, path, options, signal),
      );
    };
    const attempt = () => (options.outOfTurn ? send() : this.#limiter.run(send, options.signal));
    try {
      return await attempt();
    } catch (error) {
      if (method === 'POST' || !(error instanceof NetworkError) || error.kind !== 'reset') throw error;
      if (performance.now() - sentAt > CLOSED_AT_ONCE_MS) throw error;
      return attempt();
    }
  }

  /** A watch: resolves with the body when the server has answered 2xx; aborting the signal ends it. */
  async stream(path: string, query: Query, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const opening = new AbortController();
    const abort = () => opening.abort(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener('abort', abort, { once: true });
    const timer = setTimeout(
      () => opening.abort(new NetworkError('timeout', `no answer within ${this.#timeoutMs} ms`)),
      this.#timeoutMs,
    );
    try {
      const answer = await orAborted(
        this.#watches.request({
          method: 'GET',
          path: this.#url(path, query),
          headers: this.#headers,
          signal: opening.signal,
        }),
        opening.signal,
      );
      if (answer.statusCode >= 300) await this.#refuse(answer);
      return this.#chunks(answer.body, signal, abort);
    } catch (error) {
      signal.removeEventListener('abort', abort);
      throw this.#meaning(error, opening.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends everything, also what is in flight. */
  async close(): Promise<void> {
    const pools = [...this.#former, this.#requests, this.#watches];
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #retire(pool: Pool, ending: Promise<void>): void {
    this.#former.add(pool);
    const ended = () => void this.#former.delete(pool);
    ending.then(ended, ended);
  }

  async #send<T>(method: Method, path: string, options: RequestOptions, signal: AbortSignal): Promise<T> {
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    // undici gives a string body its Content-Length for every method; API servers want it on a DELETE with options.
    const { accept, contentType = 'application/json', outOfTurn } = options;
    const answer = await (outOfTurn ? this.#watches : this.#requests).request({
      method,
      path: this.#url(path, options.query),
      headers: {
        ...this.#headers,
        ...(accept === undefined ? {} : { accept }),
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      body,
      signal,
      // undici would close the connection after a DELETE with a body: each would cost the next request a handshake.
      reset: false,
    });
    if (answer.statusCode >= 300) return this.#refuse(answer);
    const text = await readBody(answer.body, this.#maxBodyBytes);
    if (!String(answer.headers['content-type'] ?? '').includes('json')) return text as T;
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      throw new NetworkError('other', `the answer to ${method} ${path} is not JSON`, error);
    }
  }

  async #refuse(answer: Dispatcher.ResponseData): Promise<never> {
    throw apiErrorFromAnswer(answer.statusCode, answer.headers, await readBody(answer.body, MIB));
  }

  async *#chunks(
    body: Dispatcher.ResponseData['body'],
    signal: AbortSignal,
    abort: () => void,
  ): AsyncGenerator<Uint8Array> {
    try {
      yield* body as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw this.#meaning(error, signal);
    } finally {
      signal.removeEventListener('abort', abort);
      body.destroy();
    }
  }

  async #timed<T>(
    timeoutMs: number,
    caller: AbortSignal | undefined,
    task: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    caller?.throwIfAborted();
    const controller = new AbortController();
    const abort = () => controller.abort(caller?.reason);
    caller?.addEventListener('abort', abort, { once: true });
    const timer = setTimeout(
      () => controller.abort(new NetworkError('timeout', `no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      // undici tells a request of an abort only when it has a connection. One that waits for a connection that does not
      // come about would keep its place in the limit: with all places taken, the cluster would not even be probed.
      return await orAborted(task(controller.signal), controller.signal);
    } catch (error) {
      throw this.#meaning(error, controller.signal);
    } finally {
      clearTimeout(timer);
      caller?.removeEventListener('abort', abort);
    }
  }

  /** An abort surfaces as its reason, our own refusals as they are, everything else as a NetworkError. */
  #meaning(error: unknown, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    if (error instanceof ApiError) return error;
    return networkErrorFrom(error);
  }

  #url(path: string, query: Query = {}): string {
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    );
    const search = new URLSearchParams(pairs).toString();
    return `${this.#prefix}${path}${search ? `?${search}` : ''}`;
  }
}
