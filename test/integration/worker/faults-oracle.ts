import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Gate } from '@keelson/domain';

/** What verifications ask: the path says which answer they get, each time. */
const ANSWERS = { good: 0, bad: 1, unclear: 0.5 } as const;
type Verdict = keyof typeof ANSWERS | 'shaky';

export class Oracle {
  private shaken = 0;

  private constructor(private readonly server: Server) {
    server.on('request', ({ url = '' }, response) => {
      const verdict = url.slice(1) as Verdict;
      const fails = verdict === 'shaky' && this.shaken++ % 2 === 0;
      response.writeHead(fails ? 503 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ errors: verdict === 'shaky' ? 0 : ANSWERS[verdict] }));
    });
  }

  static async start(): Promise<Oracle> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Oracle(server);
  }

  /** `shaky` answers well every other time, and not at all in between. */
  gate(verdict: Verdict): Gate {
    const { port } = this.server.address() as AddressInfo;
    return {
      type: 'Verification',
      name: verdict,
      provider: { http: { url: `http://127.0.0.1:${port}/${verdict}`, jsonPointer: '/errors' } },
      successCondition: 'result < 0.2',
      failureCondition: 'result > 0.8',
      interval: '40ms',
      count: 2,
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
