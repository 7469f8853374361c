import type { LogEvent } from './log-follower';
import { Receiver, type Call } from './receiver';

/** Of so many calls the last few are refused, as if it were away. */
const ROUND = 400;
const AWAY = 4;
/** Of so many calls one is heard and not answered, and another refused for what it says. */
const CUT = 97;
const REFUSED = 53;

/** Whom a webhook tells of everything: it is away at times, refuses some calls, and must hear of each event all the same. */
export class Pipeline {
  private readonly heard = new Set<string>();
  private calls = 0;
  private receiver!: Receiver;

  static async start(onFault: (what: string) => void): Promise<Pipeline> {
    const pipeline = new Pipeline();
    pipeline.receiver = await Receiver.start((call) => pipeline.take(call), onFault);
    return pipeline;
  }

  get webhook(): { url: string; secret: string } {
    const { url, secret } = this.receiver;
    return { url, secret };
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

  stop(): Promise<void> {
    return this.receiver.stop();
  }

  private take({ id, answer, hangUp }: Call): void {
    this.calls += 1;
    if (this.calls % ROUND >= ROUND - AWAY) return answer(503, 'a new version');
    if (this.calls % REFUSED === 0) return answer(422, 'no idea what that is');
    this.heard.add(id);
    return this.calls % CUT === 0 ? hangUp() : answer(204);
  }
}
