import type { EventStore, Vault } from '@keelson/event-store';
import type { Logger } from 'pino';
import {
  isAcknowledged,
  postCallback,
  type CallbackAnswer,
  type CallbackTarget,
  type CloudEvent,
} from '../callbacks';
import { backoffMs } from '../kernel/backoff';
import {
  giveBack,
  noteAttempt,
  takeDue,
  untilDue,
  type Attempt,
  type DueDelivery,
} from './deliveries.queries';
import { messageOf } from './message';
import { runFacts } from './run-facts.queries';
import type { Subscriber } from './subscriber';

export interface SenderOptions {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly allowPrivateCallbacks: boolean;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** How long a delivery is tried for; 3 days unless told. */
  readonly giveUpMs?: number;
}

/** Messages that a subscriber is sent before it is looked at what else is due; those of one stream one by one. */
const AT_ONCE = 16;
/** Longer than an attempt may take. */
const LEASE_MS = 30_000;
/** A message that the receiver would not have. */
const REFUSED = { base: 1_000, cap: 3_600_000 };
/** A receiver that is away: it is asked with one message at a time. */
const AWAY = { base: 1_000, cap: 60_000 };
const GIVE_UP_MS = 3 * 86_400_000;

/** Sends what is due, until nothing is or the receiver is away. At least once: a receiver knows a repetition by its id. */
export class CallbackSender {
  private readonly failures = new Map<string, number>();

  constructor(private readonly options: SenderOptions) {}

  /** Milliseconds after which something is due again; undefined when nothing is. */
  async send(subscriber: Subscriber): Promise<number | undefined> {
    const { store, signal } = this.options;
    const { name } = subscriber;
    while (!signal.aborted) {
      const away = this.failures.get(name) ?? 0;
      const due = await takeDue(store.pool, name, away === 0 ? AT_ONCE : 1, LEASE_MS);
      if (due.length === 0) return untilDue(store.pool, name);
      if (await this.sendAll(subscriber, due)) {
        this.failures.delete(name);
      } else {
        this.failures.set(name, away + 1);
        return backoffMs(away, AWAY);
      }
    }
    return undefined;
  }

  forget(name: string): void {
    this.failures.delete(name);
  }

  /** False when the receiver turned out to be away: what was not tried by then is given back. */
  private async sendAll(subscriber: Subscriber, due: readonly DueDelivery[]): Promise<boolean> {
    const { store, signal } = this.options;
    const target = await this.targetOf(subscriber);
    const events = new Map(
      (await store.log.at(due.map(({ position }) => position))).map((event) => [event.position, event]),
    );
    const facts = await runFacts(store.pool, [...events.values()]);
    const messageFor = ({ position, messageType }: DueDelivery): CloudEvent => {
      const event = events.get(position);
      if (!event) throw new Error(`the log has no position ${position}`);
      return messageOf(event, messageType, facts(event));
    };
    const lanes = new Map<string, DueDelivery[]>();
    for (const each of due) lanes.set(each.stream, [...(lanes.get(each.stream) ?? []), each]);
    let isThere = true;
    const left: number[] = [];
    await Promise.all(
      [...lanes.values()].map(async (lane) => {
        for (const delivery of lane) {
          if (!isThere || signal.aborted) {
            left.push(delivery.id);
            continue;
          }
          const took = await this.attempt(delivery, () => this.post(target, messageFor(delivery)));
          if (took === 'cut') left.push(delivery.id);
          if (took === 'away') isThere = false;
        }
      }),
    );
    await giveBack(store.pool, left);
    return isThere;
  }

  private async post(target: CallbackTarget | Error, message: CloudEvent): Promise<CallbackAnswer> {
    if (target instanceof Error) throw target;
    const { allowPrivateCallbacks: allowPrivate, signal } = this.options;
    return postCallback(target, message, { allowPrivate, signal, now: Date.now() });
  }

  /** `cut`: this worker stops, and nothing is known of the receiver. */
  private async attempt(
    { id, attempts, age }: DueDelivery,
    post: () => Promise<CallbackAnswer>,
  ): Promise<'delivered' | 'refused' | 'away' | 'cut'> {
    const { store, signal, giveUpMs = GIVE_UP_MS } = this.options;
    const at = new Date().toISOString();
    const started = performance.now();
    const took = (): Pick<Attempt, 'at' | 'ms'> => ({ at, ms: Math.round(performance.now() - started) });
    let attempt: Attempt;
    let fate: 'delivered' | 'refused' | 'away';
    try {
      const answer = await post();
      attempt = {
        ...took(),
        status: answer.status,
        ...(answer.said === '' ? {} : { response: answer.said }),
      };
      fate = isAcknowledged(answer) ? 'delivered' : isAway(answer.status) ? 'away' : 'refused';
    } catch (error) {
      if (signal.aborted) return 'cut';
      attempt = { ...took(), error: error instanceof Error ? error.message : String(error) };
      fate = 'away';
    }
    const isLast = age >= giveUpMs || attempt.status === GONE;
    const phase = fate === 'delivered' ? 'Delivered' : isLast ? 'Failed' : 'Pending';
    const againMs = backoffMs(attempts, fate === 'away' ? AWAY : REFUSED);
    await noteAttempt(store.pool, id, { attempt, phase, againMs });
    return fate;
  }

  private async targetOf({
    callback: { url, secret },
    secretName,
  }: Subscriber): Promise<CallbackTarget | Error> {
    if (secret === undefined) return { url };
    try {
      const stored = await this.options.vault.get(secretName, secret);
      if (stored) return { url, secret: stored.toString('utf8') };
      return new Error('the secret to sign with is missing; define it again');
    } catch (error) {
      return error as Error;
    }
  }
}

/** The receiver wants to hear of nothing of the kind again. */
const GONE = 410;

/** It could not look at the message, so the next one would be of no use. */
const isAway = (status: number): boolean => status >= 500 || status === 408 || status === 429;
