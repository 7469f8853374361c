import type { WebhookEvent } from '@keelson/domain';
import type { RecordedEvent } from '@keelson/event-store';
import type { Fleet } from '../fleet/fleet';

type Recorded<Event> = Omit<RecordedEvent, 'type' | 'data'> & Event;

/** The row of a deleted webhook stays: whoever asks what has changed must find the change. */
export const foldWebhook = (fleet: Fleet, event: Recorded<WebhookEvent>): void => {
  const { position, recordedAt } = event;
  const { webhook } = event.data;
  const known = fleet.webhooks.get(webhook);
  if (event.type === 'WebhookDefined') {
    const createdAt = known && !known.deleted ? known.createdAt : recordedAt;
    fleet.webhooks.set(webhook, {
      ...event.data,
      deleted: false,
      createdAt,
      updatedAt: recordedAt,
      position,
    });
  } else {
    if (!known) return;
    const deleted = known.deleted || event.type === 'WebhookDeleted';
    fleet.webhooks.set(webhook, { ...known, deleted, position });
  }
  fleet.changes.webhooks.add(webhook);
};
