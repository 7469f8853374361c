import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Call {
  /** The same for every attempt. */
  readonly id: string;
  readonly body: string;
  answer(status: number, said?: string): void;
  /** Ends the connection without an answer. */
  hangUp(): void;
}

/** Who is called back: it checks that each call is signed as Standard Webhooks wants it. */
export class Receiver {
  readonly secret = `whsec_${randomBytes(32).toString('base64')}`;

  private constructor(private readonly server: Server) {}

  /** `onFault` is told of calls that are not signed as they should be. */
  static async start(take: (call: Call) => void, onFault: (what: string) => void): Promise<Receiver> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const receiver = new Receiver(server);
    server.on('request', (request, response) => {
      const answer: Call['answer'] = (status, said = '') => response.writeHead(status).end(said);
      void text(request).then(
        (body) => {
          if (!receiver.signed(request, body)) onFault(`a call is not signed as it should be: ${body}`);
          const id = String(request.headers['webhook-id']);
          take({ id, body, answer, hangUp: () => void request.socket.destroy() });
        },
        // The caller was cut off.
        () => undefined,
      );
    });
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/calls`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private signed({ headers }: IncomingMessage, body: string): boolean {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
    const key = Buffer.from(this.secret.slice('whsec_'.length), 'base64');
    const own = createHmac('sha256', key).update(`${String(id)}.${String(timestamp)}.${body}`);
    return signature === `v1,${own.digest('base64')}`;
  }
}
