import { backoffMs } from '../kernel/backoff';
import { Timers } from '../kernel/timers';

/** How often a quiet connection is tried, so that a cluster which went away silently is noticed. */
const PROBE_MS = 10_000;
/**
 * A cluster that returns is asked within this, for as long as it may be away. Beyond five seconds a return would be
 * late; below two, a thousand clusters that are away at once would cost a core.
 */
const RECONNECT = { base: 250, cap: 2_000 };
/** One lost answer is not a lost cluster. */
const MISSES_UNTIL_LOST = 2;

export interface ProbingOptions<Answer> {
  /** One question to the cluster; throws when there is no answer, or not the right one. */
  readonly ask: (signal: AbortSignal) => Promise<Answer>;
  /** `afterMiss`: the question before had no answer, so that connections may have been forgotten meanwhile. */
  readonly onAnswer: (answer: Answer, afterMiss: boolean) => Promise<void>;
  /** The cluster is lost: told again with each miss, whose reason may be another. */
  readonly onLost: (error: unknown) => Promise<void>;
  /** The outcome could not be dealt with; the next probe tries again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Finds out whether a cluster is there. While it is lost, the next question does not wait for the last one's timeout: a
 * packet that was dropped just before the network healed must not cost another five seconds.
 */
export class Probing<Answer> {
  private readonly timers = new Timers(() => this.start());
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private telling: Promise<void> = Promise.resolve();
  private misses = 0;
  private started = 0;
  /** Number of the newest question that was answered; a miss of one before it is no news. */
  private answered = 0;

  constructor(private readonly options: ProbingOptions<Answer>) {}

  /** Asks now, unless an answer is being waited for. */
  ask(): void {
    if (this.underWay.size === 0) this.start();
  }

  async stop(): Promise<void> {
    this.timers.clear();
    this.stopping.abort(new Error('the session is closing'));
    await Promise.all(this.underWay);
    await this.telling;
  }

  private get isLost(): boolean {
    return this.misses >= MISSES_UNTIL_LOST;
  }

  private start(): void {
    if (this.stopping.signal.aborted) return;
    const number = (this.started += 1);
    if (this.isLost) this.timers.set('next', backoffMs(this.misses, RECONNECT));
    const question = this.options.ask(this.stopping.signal).then(
      (answer) => this.heard(number, answer),
      (error: unknown) => this.missed(number, error),
    );
    this.underWay.add(question);
    void question.finally(() => this.underWay.delete(question));
  }

  private heard(number: number, answer: Answer): void {
    this.answered = Math.max(this.answered, number);
    const afterMiss = this.misses > 0;
    this.misses = 0;
    this.timers.cancel('next');
    this.timers.set('next', PROBE_MS * (0.9 + 0.2 * Math.random()));
    this.tell(() => this.options.onAnswer(answer, afterMiss));
  }

  private missed(number: number, error: unknown): void {
    if (this.stopping.signal.aborted || number < this.answered) return;
    if (!this.isLost) this.timers.set('next', backoffMs(this.misses, RECONNECT));
    this.misses += 1;
    if (this.isLost) this.tell(() => this.options.onLost(error));
  }

  /** One after the other, so that the last that was heard is the last that is told. */
  private tell(what: () => Promise<void>): void {
    this.telling = this.telling
      .then(() => (this.stopping.signal.aborted ? undefined : what()))
      .catch((error: unknown) => {
        this.options.onError(error);
        if (!this.stopping.signal.aborted) this.timers.set('next', backoffMs(1, RECONNECT));
      });
  }
}
