import { Pool, type Dispatcher } from 'undici';
import type { Connection } from './kubeconfig';

export const JSON_BODY = 'application/json';
export const MERGE_PATCH = 'application/merge-patch+json';
export const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';

export interface KubeAnswer {
  readonly status: number;
  /** The parsed JSON, of whatever shape the path has. */
  readonly body: any;
}

/**
 * The tests' own way to an API server: bare requests, no retries, no cache. It shares no code with the product's
 * client, because it is what that client is checked against.
 */
export class KubeClient {
  private readonly pool: Pool;
  private readonly headers: Record<string, string>;

  constructor(connection: Connection) {
    this.headers = connection.token ? { authorization: `Bearer ${connection.token}` } : {};
    this.pool = new Pool(new URL(connection.server).origin, {
      connections: 32,
      headersTimeout: 30_000,
      connect: {
        ca: decoded(connection.caData),
        cert: decoded(connection.clientCertificateData),
        key: decoded(connection.clientKeyData),
        rejectUnauthorized: !connection.insecure,
      },
    });
  }

  /** Every answer of the server is returned, refusals too; only a connection that fails throws. */
  async request(
    method: Dispatcher.HttpMethod,
    path: string,
    body?: unknown,
    contentType = JSON_BODY,
  ): Promise<KubeAnswer> {
    const answer = await this.pool.request({
      method,
      path,
      headers: { ...this.headers, ...(body === undefined ? {} : { 'content-type': contentType }) },
      // A string, so that undici sends a Content-Length: a DELETE with a chunked body is read as one without.
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, body: parsed(text) };
  }

  /** As `request`, but a refusal throws with the server's own message. Returns the body. */
  async must(
    method: Dispatcher.HttpMethod,
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<any> {
    const answer = await this.request(method, path, body, contentType);
    if (answer.status >= 300) throw new KubeRefusal(method, path, answer);
    return answer.body;
  }

  /** The lines of a watch, parsed, until the server or `signal` ends it. */
  async *watch(path: string, signal: AbortSignal): AsyncGenerator<{ type: string; object: any }> {
    const answer = await this.pool.request({
      method: 'GET',
      path,
      headers: this.headers,
      signal,
      bodyTimeout: 0,
    });
    if (answer.statusCode >= 300) {
      const body: unknown = parsed(await answer.body.text());
      throw new KubeRefusal('GET', path, { status: answer.statusCode, body });
    }
    let rest = '';
    answer.body.setEncoding('utf8');
    for await (const chunk of answer.body) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line) yield JSON.parse(line) as { type: string; object: unknown };
    }
  }

  /** Drops every connection, watches included. */
  close(): Promise<void> {
    return this.pool.destroy();
  }
}

export class KubeRefusal extends Error {
  readonly status: number;

  constructor(method: string, path: string, answer: KubeAnswer) {
    super(`${method} ${path}: ${answer.status} ${answer.body?.message ?? answer.body}`);
    this.name = 'KubeRefusal';
    this.status = answer.status;
  }
}

const decoded = (base64?: string): Buffer | undefined => (base64 ? Buffer.from(base64, 'base64') : undefined);

function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
