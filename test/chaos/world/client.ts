import { setTimeout as delay } from 'node:timers/promises';

export interface Answer {
  readonly status: number;
  readonly body: any;
  /** How often it was asked before there was an answer. */
  readonly tries: number;
}

const ANSWER_MS = 15_000;
/** However much is killed, somebody answers within this. */
const PATIENCE_MS = 240_000;
const AGAIN_MS = 100;

/** Answers that say nothing about the command: it is asked again, with the same key. */
const isNoAnswer = (status: number): boolean => status >= 500 || status === 429;

/** Speaks to whichever API process answers, and repeats what was not answered until it is. */
export class Client {
  private next = 0;

  constructor(
    private readonly urls: readonly string[],
    private readonly token: string,
    /** Ends the patience. */
    private readonly signal: AbortSignal,
  ) {}

  /** @throws when nobody answered for so long that this is a fault of its own */
  async ask(method: string, path: string, body?: object, key?: string): Promise<Answer> {
    let last = '';
    const deadline = Date.now() + PATIENCE_MS;
    for (let tries = 1; ; tries += 1) {
      this.signal.throwIfAborted();
      try {
        const answer = await this.once(method, path, body, key);
        if (!isNoAnswer(answer.status)) return { ...answer, tries };
        last = `${answer.status} ${JSON.stringify(answer.body)}`;
      } catch (error) {
        last = String((error as Error).cause ?? error);
      }
      if (Date.now() > deadline) {
        throw new Error(`${method} ${path} was not answered within ${PATIENCE_MS / 1_000} s: ${last}`);
      }
      await delay(AGAIN_MS);
    }
  }

  /** A body of a 2xx answer; throws for any other. */
  async get<T = any>(path: string): Promise<T> {
    const { status, body } = await this.ask('GET', path);
    if (status >= 300) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body as T;
  }

  /** Every item of a list, whatever the pages. */
  async list<T = any>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let after = ''; ;) {
      const query = `${path.includes('?') ? '&' : '?'}limit=200${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`;
      const page = await this.get<{ items: T[]; next: string | number | null }>(path + query);
      items.push(...page.items);
      if (page.next === null) return items;
      after = String(page.next);
    }
  }

  private async once(method: string, path: string, body?: object, key?: string) {
    this.next += 1;
    const url = this.urls[this.next % this.urls.length]!;
    const answer = await fetch(`${url}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      signal: AbortSignal.any([this.signal, AbortSignal.timeout(ANSWER_MS)]),
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  }
}
