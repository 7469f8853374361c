import { Pool } from 'undici';
import { type Body } from './body';
import { type ContractTarget } from './target';
import { WatchStream } from './watch-stream';

export const APPLY = 'application/apply-patch+yaml';
export const MERGE = 'application/merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';

export interface Answer {
  readonly status: number;
  readonly body: Body;
}

export interface ApplyOptions {
  readonly manager?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

/** A bare client, so that the contract shares nothing with the product's own. */
export class ContractClient {
  private readonly pool: Pool;
  private readonly prefix: string;
  private readonly watches = new Set<WatchStream>();

  constructor(private readonly target: ContractTarget) {
    const { origin, pathname } = new URL(target.server);
    this.prefix = pathname.replace(/\/$/, '');
    const ca = target.caData === undefined ? {} : { ca: Buffer.from(target.caData, 'base64') };
    this.pool = new Pool(origin, { connections: 32, connect: ca, bodyTimeout: 0 });
  }

  async request(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    contentType = 'application/json',
    token = this.target.token,
  ): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await this.pool.request({
      method,
      path: this.prefix + path,
      headers: {
        authorization: `Bearer ${token}`,
        'user-agent': 'contract/1.0',
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      body: body === undefined ? null : text,
    });
    const answered = await answer.body.text();
    return { status: answer.statusCode, body: parse(answered) };
  }

  get = (path: string): Promise<Answer> => this.request('GET', path);
  post = (path: string, body: unknown): Promise<Answer> => this.request('POST', path, body);
  put = (path: string, body: unknown): Promise<Answer> => this.request('PUT', path, body);
  delete = (path: string, options?: unknown): Promise<Answer> => this.request('DELETE', path, options);
  merge = (path: string, patch: unknown): Promise<Answer> => this.request('PATCH', path, patch, MERGE);

  apply(path: string, object: unknown, options: ApplyOptions = {}): Promise<Answer> {
    const { manager = 'one', force = false, dryRun = false } = options;
    const query = `fieldManager=${manager}${force ? '&force=true' : ''}${dryRun ? '&dryRun=All' : ''}`;
    return this.request('PATCH', `${path}?${query}`, object, APPLY);
  }

  /** Opens a watch; resolves when the server has answered. Closed with the client at the latest. */
  async watch(path: string, query = ''): Promise<WatchStream> {
    const answer = await this.pool.request({
      method: 'GET',
      path: `${this.prefix}${path}?watch=1${query ? `&${query}` : ''}`,
      headers: { authorization: `Bearer ${this.target.token}` },
    });
    const stream = new WatchStream(answer.statusCode, answer.body);
    this.watches.add(stream);
    return stream;
  }

  async close(): Promise<void> {
    for (const watch of this.watches) watch.close();
    await this.pool.destroy();
  }
}

/** Some refusals are plain text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
