import type { HoldEvent, WindowEvent } from '@keelson/domain';
import type { RecordedEvent } from '@keelson/event-store';
import type { Fleet } from '../fleet/fleet';

type Recorded<Event> = Omit<RecordedEvent, 'type' | 'data'> & Event;

export const foldHold = (fleet: Fleet, event: Recorded<HoldEvent>): void => {
  const { position, recordedAt, meta } = event;
  const { hold } = event.data;
  const known = fleet.holds.get(hold);
  if (event.type === 'HoldPlaced') {
    fleet.holds.set(hold, { ...event.data, placedAt: recordedAt, position });
  } else {
    if (!known) return;
    const why = meta.reason === undefined ? {} : { reason: meta.reason };
    fleet.holds.set(hold, { ...known, released: { by: event.data.by, at: recordedAt, ...why }, position });
  }
  fleet.changes.holds.add(hold);
};

/** The row of a deleted window stays: whoever asks what has changed must find the change. */
export const foldWindow = (fleet: Fleet, event: Recorded<WindowEvent>): void => {
  const { position, recordedAt: updatedAt } = event;
  const { window } = event.data;
  const known = fleet.windows.get(window);
  if (event.type === 'WindowDefined') {
    const createdAt = known && !known.deleted ? known.createdAt : updatedAt;
    fleet.windows.set(window, { ...event.data, deleted: false, createdAt, updatedAt, position });
  } else {
    if (!known) return;
    fleet.windows.set(window, { ...known, deleted: true, updatedAt, position });
  }
  fleet.changes.windows.add(window);
};
