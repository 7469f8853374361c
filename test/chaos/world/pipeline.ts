import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LogEvent } from './log-follower';
import { readCall } from './signed-call';

/** Of so many calls the last few are refused, as if it were away. */
const ROUND = 400;
const AWAY = 4;
/** Of so many calls one is heard and not answered, and another refused for what it says. */
const CUT = 97;
const REFUSED = 53;

/** Whom a webhook tells of everything: it is away at times, refuses some calls, and must hear of each event all the same. */
export class Pipeline {
  readonly secret = `whsec_${randomBytes(32).toString('base64')}`;
  private readonly heard = new Set<string>();
  private calls = 0;

  private constructor(
    private readonly server: Server,
    private readonly onFault: (what: string) => void,
  ) {
    server.on('request', (request, response) => void this.answer(request, response));
  }

  static async start(onFault: (what: string) => void): Promise<Pipeline> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new Pipeline(server, onFault);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/events`;
  }

  /** What it was not told of, of everything after its webhook was defined. */
  missed(events: readonly LogEvent[]): string[] {
    const from = events.find(({ type }) => type === 'WebhookDefined')?.position ?? 0;
    const missed = events.filter(({ position, id }) => position > from && !this.heard.has(id));
    const [first] = missed;
    if (!first) return [];
    return [
      `the pipeline was not told of ${missed.length} events, first of ${first.type} at ${first.position}`,
    ];
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await readCall(request, this.secret);
    if (!call) return;
    if (!call.isSigned)
      this.onFault(`the pipeline got a call that is not signed as it should be: ${call.body}`);
    this.calls += 1;
    if (this.calls % ROUND >= ROUND - AWAY) return void response.writeHead(503).end('a new version');
    if (this.calls % REFUSED === 0) return void response.writeHead(422).end('no idea what that is');
    this.heard.add(call.id);
    if (this.calls % CUT === 0) return void request.socket.destroy();
    response.writeHead(204).end();
  }
}
