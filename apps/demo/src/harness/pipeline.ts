import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A CloudEvent as it came. */
export interface Message {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly data: { readonly subject?: { readonly content?: { readonly outcome?: string } } };
}

/** A pipeline that is called back: it checks each signature, and takes everything. */
export class Pipeline {
  readonly secret = `whsec_${randomBytes(32).toString('base64')}`;
  readonly messages: Message[] = [];
  unsigned = 0;

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => void this.take(request, response));
  }

  static async start(): Promise<Pipeline> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new Pipeline(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/keelson`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    const {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    } = request.headers;
    const key = Buffer.from(this.secret.slice('whsec_'.length), 'base64');
    const own = createHmac('sha256', key)
      .update(`${String(id)}.${String(timestamp)}.${body}`)
      .digest('base64');
    if (signature !== `v1,${own}`) this.unsigned += 1;
    this.messages.push(JSON.parse(body) as Message);
    response.writeHead(204).end();
  }
}
