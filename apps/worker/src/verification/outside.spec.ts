// No suite: a helper of the specs beside it, named so that the build leaves it out.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server whose paths answer as each test says, and that knows who is connected. */
export class Outside {
  readonly seen: { method?: string; url?: string; headers: IncomingMessage['headers']; body: string }[] = [];
  readonly sockets = new Set<Socket>();
  private readonly paths = new Map<string, Handler>();
  private readonly server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method, url, headers } = request;
      this.seen.push({ method, url, headers, body });
      const handler = this.paths.get(new URL(url ?? '/', 'http://x').pathname);
      if (handler) handler(request, response);
      else response.writeHead(404).end();
    });
  });

  async start(): Promise<void> {
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  on(path: string, handler: Handler): void {
    this.paths.set(path, handler);
  }

  json(path: string, body: unknown, status = 200): void {
    this.on(path, (_, response) => response.writeHead(status).end(JSON.stringify(body)));
  }

  redirect(path: string, location: string, status = 302): void {
    this.on(path, (_, response) => response.writeHead(status, { location }).end('moved'));
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Writes for as long as somebody reads. */
export const flood = (response: ServerResponse): void => {
  const chunk = 'x'.repeat(64 * 1024);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
};
