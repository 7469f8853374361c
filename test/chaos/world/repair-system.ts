import type { Client } from './client';
import { Receiver, type Call } from './receiver';

interface Repair {
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
  /** Ids of the repairs that it knows of. */
  readonly heard = new Set<string>();
  private calls = 0;
  private client: Client | undefined;
  private receiver!: Receiver;
  private readonly work = new Set<NodeJS.Timeout>();
  private stopped = false;

  private constructor(private readonly onFault: (what: string) => void) {}

  static async start(onFault: (what: string) => void): Promise<RepairSystem> {
    const system = new RepairSystem(onFault);
    system.receiver = await Receiver.start((call) => system.take(call), onFault);
    return system;
  }

  get callback(): { url: string; secret: string } {
    const { url, secret } = this.receiver;
    return { url, secret };
  }

  /** Whom it tells. */
  reportTo(client: Client): void {
    this.client = client;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.work) clearTimeout(timer);
    await this.receiver.stop();
  }

  private take({ id, body, answer, hangUp }: Call): void {
    const { data } = JSON.parse(body) as { data: Repair };
    if (data.repair !== id) this.onFault(`the call ${id} is for another repair: ${body}`);
    this.calls += 1;
    if (this.calls % ROUND === 1) return answer(503, 'too much to do');
    this.begin(data);
    return this.calls % ROUND === 2 ? hangUp() : answer(202);
  }

  /** Once for each repair, however often it is called for it. */
  private begin(call: Repair): void {
    if (this.heard.has(call.repair)) return;
    this.heard.add(call.repair);
    const timer = setTimeout(() => {
      this.work.delete(timer);
      void this.tell(call);
    }, WORK_MS);
    this.work.add(timer);
  }

  private async tell({ repair, cluster, node }: Repair): Promise<void> {
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
