// No suite: a helper of the specs beside it, named so that the build leaves it out.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: any;
}

export type Script = (call: Call, response: ServerResponse) => void;

/** An HTTP server that answers as the test says and remembers what it was asked. */
export class ScriptedServer {
  readonly calls: Call[] = [];
  script: Script = (_call, response) => json(response, 404, {});
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  static async start(script?: Script): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    if (script) server.script = script;
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that are open now. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://server');
    const text = Buffer.concat(chunks).toString('utf8');
    const call: Call = {
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
    this.calls.push(call);
    this.script(call, response);
  }
}

export const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};

/** A Kubernetes failure. */
export const refusal = (code: number, reason: string, message: string, details?: unknown) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  reason,
  message,
  details,
});

/** Waits for a condition; fails with its name after the deadline. */
export const until = async (name: string, condition: () => boolean, deadlineMs = 5_000): Promise<void> => {
  const deadline = Date.now() + deadlineMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never came true: ${name}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
