import { fold, webhookDecider, type Webhook, type WebhookEvent } from '@keelson/domain';
import type { RecordedEvent } from '@keelson/event-store';
import type { Cursor } from './deliveries.queries';

/** What a webhook's own stream asks of whoever serves it. */
export interface Wish {
  /** As it is defined now; undefined once it was deleted. */
  readonly webhook: Webhook | undefined;
  /** What was noted before belongs to a webhook that was deleted. */
  readonly forget: boolean;
  readonly cursor: Cursor;
  readonly replayedFrom?: number;
  readonly again: readonly number[];
}

type Heard = Omit<RecordedEvent, 'type' | 'data'> & WebhookEvent;

/** Heeds those events of the stream that the cursor has not passed; all of them, in order, say what is defined. */
export const heed = (stream: readonly RecordedEvent[], cursor: Cursor | undefined): Wish => {
  const events = stream as readonly Heard[];
  const { version: heeded = 0 } = cursor ?? {};
  const state = fold(webhookDecider, events);
  let alive = cursor !== undefined;
  let position = cursor?.position ?? 0;
  let forget = false;
  let replayedFrom: number | undefined;
  let again: number[] = [];
  for (const event of events.filter(({ version }) => version > heeded)) {
    switch (event.type) {
      case 'WebhookDefined':
        if (!alive) position = event.position;
        alive = true;
        break;
      case 'WebhookDeleted':
        alive = false;
        forget = true;
        replayedFrom = undefined;
        again = [];
        break;
      case 'WebhookReplayRequested':
        position = event.data.from - 1;
        replayedFrom = Math.min(replayedFrom ?? Infinity, event.data.from);
        break;
      case 'WebhookRedeliveryRequested':
        again.push(event.data.delivery);
        break;
    }
  }
  return {
    webhook: state.exists ? state.webhook : undefined,
    forget,
    cursor: { version: events.at(-1)?.version ?? heeded, position: Math.max(0, position), done: false },
    ...(replayedFrom === undefined ? {} : { replayedFrom }),
    again,
  };
};
