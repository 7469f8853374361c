import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

type Answer = { readonly status?: number; readonly body?: unknown } | ((response: ServerResponse) => void);

/** Answers what a test scripts, and remembers what was asked. The last scripted answer of a route stays. */
export class FakeApi {
  readonly seen: Seen[] = [];
  private readonly routes = new Map<string, Answer[]>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.handle(request, response);
    });
  }

  static async start(): Promise<FakeApi> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeApi(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  on(method: string, path: string, ...answers: Answer[]): void {
    this.routes.set(`${method} ${path}`, answers);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const body = headers['content-type'] ? await json(request) : undefined;
    this.seen.push({ method, path: url, headers, body });
    const answers = this.routes.get(`${method} ${url.split('?')[0]}`) ?? [];
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? {
      status: 404,
      body: { code: 'not-found', detail: `nothing is scripted for ${method} ${url}` },
    };
    if (typeof answer === 'function') return answer(response);
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body ?? {}));
  }
}
