import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Client } from './client';
import { readCall } from './signed-call';

interface Call {
  readonly repair: string;
  readonly cluster: string;
  readonly node: string;
}

const WORK_MS = 1_500;
/** Of so many calls one is refused, and another is heard and not answered. */
const ROUND = 5;
/** The repair is over, or its cluster is forgotten. */
const TOO_LATE = new Set([404, 409]);

/** Who repairs machines: hears the callbacks, answers some of them badly, and tells back when it is done. */
export class RepairSystem {
  readonly secret = `whsec_${randomBytes(32).toString('base64')}`;
  /** Ids of the repairs that it knows of. */
  readonly heard = new Set<string>();
  private calls = 0;
  private client: Client | undefined;
  private readonly work = new Set<NodeJS.Timeout>();
  private stopped = false;

  private constructor(
    private readonly server: Server,
    private readonly onFault: (what: string) => void,
  ) {
    server.on('request', (request, response) => void this.answer(request, response));
  }

  static async start(onFault: (what: string) => void): Promise<RepairSystem> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new RepairSystem(server, onFault);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/repairs`;
  }

  /** Whom it tells. */
  reportTo(client: Client): void {
    this.client = client;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.work) clearTimeout(timer);
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await readCall(request, this.secret);
    if (!call) return;
    const { id, body, isSigned } = call;
    const { data } = JSON.parse(body) as { data: Call };
    if (!isSigned || data.repair !== id)
      this.onFault(`the repair system got a call that is not signed as it should be: ${body}`);
    this.calls += 1;
    if (this.calls % ROUND === 1) return void response.writeHead(503).end('too much to do');
    this.begin(data);
    if (this.calls % ROUND === 2) return void request.socket.destroy();
    response.writeHead(202).end();
  }

  /** Once for each repair, however often it is called for it. */
  private begin(call: Call): void {
    if (this.heard.has(call.repair)) return;
    this.heard.add(call.repair);
    const timer = setTimeout(() => {
      this.work.delete(timer);
      void this.tell(call);
    }, WORK_MS);
    this.work.add(timer);
  }

  private async tell({ repair, cluster, node }: Call): Promise<void> {
    const path = `/clusters/${cluster}/nodes/${node}/repaired`;
    try {
      const { status, body } = (await this.client?.ask('POST', path, { repair, reason: 'a new disk' })) ?? {};
      if (status === 202 || TOO_LATE.has(status ?? 0)) return;
      this.onFault(`${repair} is done, and the answer is ${status}: ${JSON.stringify(body)}`);
    } catch (error) {
      if (!this.stopped) this.onFault(`${repair} is done, and nobody hears: ${String(error)}`);
    }
  }
}
