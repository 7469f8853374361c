import { messageTypeOf, webhookStream } from '@keelson/domain';
import type { EventStore, RecordedEvent } from '@keelson/event-store';
import {
  cursorOf,
  forgetSubscriber,
  noteIntake,
  type Cursor,
  type Intake,
  type NewDelivery,
} from './deliveries.queries';
import { heed } from './heed';
import { runFacts } from './run-facts.queries';
import { runSubscriber, webhookSubscriber, type Subscriber } from './subscriber';
import { calledRun } from './subscribers.queries';

const PAGE = 500;
/** So many positions without anything wanted in them are looked through again after a restart. */
const UNNOTED = 5_000;

export interface Served {
  readonly subscriber: Subscriber;
  /** False when another worker came first: what it did not note is to be looked for at once. */
  readonly noted: boolean;
  /** Nothing will come any more. */
  readonly done: boolean;
}

/**
 * Looks through the log for what subscribers are to be told, and notes a delivery for each: in one transaction with the
 * cursor, so that no event is passed over and none noted twice.
 */
export class CallbackIntake {
  /** Where a look ended that found nothing, by subscriber: beyond the cursor that the database has. */
  private readonly seen = new Map<string, { readonly cursor: Cursor; readonly position: number }>();

  constructor(private readonly store: EventStore) {}

  /** Up to `upTo`, which the read model has reached; undefined when there is no such subscriber (any more). */
  async take(name: string, upTo: number): Promise<Served | undefined> {
    const { pool } = this.store;
    const [kind, id = ''] = name.split('/');
    const cursor = await cursorOf(pool, name);
    if (kind === 'webhook') return this.takeForWebhook(name, id, cursor, upTo);
    const run = await calledRun(pool, id);
    if (!run) return undefined;
    const subscriber = runSubscriber(id, run.application, run.callback);
    const start = cursor ?? { version: 0, position: 0, done: false };
    // The row may be newer than `upTo`: one that is over must not be taken for told before its last event was looked at.
    const end = Math.max(upTo, run.position);
    const noted =
      start.done || (await this.look(subscriber, cursor, { cursor: start, again: [] }, end, run.over));
    return { subscriber, noted, done: run.over && noted };
  }

  forget(name: string): void {
    this.seen.delete(name);
  }

  private async takeForWebhook(
    name: string,
    id: string,
    known: Cursor | undefined,
    upTo: number,
  ): Promise<Served | undefined> {
    const { pool, log } = this.store;
    // A stream of commands: few, and all of them say what is defined.
    const wish = heed(await log.read({ stream: webhookStream(id), limit: MOST_COMMANDS }), known);
    if (wish.forget || (!wish.webhook && known)) {
      await forgetSubscriber(pool, name);
      this.forget(name);
    }
    if (!wish.webhook) return undefined;
    const subscriber = webhookSubscriber(wish.webhook);
    const noted = await this.look(subscriber, wish.forget ? undefined : known, wish, upTo, false);
    return { subscriber, noted, done: false };
  }

  /** False when another worker came first. */
  private async look(
    subscriber: Subscriber,
    known: Cursor | undefined,
    wish: Omit<Intake, 'deliveries'>,
    upTo: number,
    last: boolean,
  ): Promise<boolean> {
    const { pool, log } = this.store;
    const { name, sieve } = subscriber;
    let before = known;
    let { cursor, ...rest } = wish;
    const seen = this.seen.get(name);
    // What was seen is of use only while the database has the cursor that it began at, and nobody asked for another.
    if (seen && before && sameCursor(seen.cursor, before) && sameCursor(cursor, before))
      cursor = { ...cursor, position: Math.max(cursor.position, seen.position) };
    for (let more = true; more;) {
      const events = await log.read({ ...sieve, after: cursor.position, upTo, limit: PAGE });
      more = events.length === PAGE;
      const end = more ? (events.at(-1)?.position ?? upTo) : Math.max(cursor.position, upTo);
      const deliveries = await this.wanted(subscriber, events);
      cursor = { ...cursor, position: end, done: last && !more };
      const isNews = deliveries.length > 0 || cursor.done || before?.version !== cursor.version;
      if (before && !isNews && end - before.position < UNNOTED) continue;
      if (!(await noteIntake(pool, name, before, { cursor, deliveries, ...rest }))) {
        this.forget(name);
        return false;
      }
      before = cursor;
      rest = { again: [] };
    }
    if (before) this.seen.set(name, { cursor: before, position: cursor.position });
    return true;
  }

  private async wanted(subscriber: Subscriber, events: readonly RecordedEvent[]): Promise<NewDelivery[]> {
    const facts = await runFacts(this.store.pool, events);
    return events.flatMap((event) => {
      const { type, data, position, id: eventId, stream } = event;
      const messageType = messageTypeOf(type, facts(event)?.before !== undefined);
      if (!subscriber.wants({ type, messageType, data })) return [];
      return { position, eventId, type, messageType, stream };
    });
  }
}

/** More than any webhook is given in its life. */
const MOST_COMMANDS = 100_000;

const sameCursor = (a: Cursor, b: Cursor): boolean => a.version === b.version && a.position === b.position;
