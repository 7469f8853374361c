import type { RecordedEvent } from '@keelson/event-store';
import { KeptEvents } from './kept-events';
import { sseFrame } from './sse';

const event = (position: number, note = ''): RecordedEvent => ({
  position,
  id: `e${position}`,
  stream: 's',
  version: position,
  type: 'T',
  schemaVersion: 1,
  data: { note },
  meta: { commandId: 'c', correlationId: 'c', actor: 'a' },
  recordedAt: '2026-01-01T00:00:00.000Z',
  hash: 'h',
});

const positions = (kept: KeptEvents, after: number): number[] | undefined =>
  kept.after(after)?.map((one) => one.event.position);

describe('the kept events', () => {
  it('are those after a position', () => {
    const kept = new KeptEvents(10);
    expect(positions(kept, 10)).toEqual([]);
    kept.add([event(11), event(12), event(13)]);
    expect(positions(kept, 10)).toEqual([11, 12, 13]);
    expect(positions(kept, 12)).toEqual([13]);
    expect(positions(kept, 13)).toEqual([]);
  });

  it('are not those before they began', () => {
    expect(positions(new KeptEvents(10), 9)).toBeUndefined();
  });

  it('wait for a position that is not there yet', () => {
    const kept = new KeptEvents(10);
    expect(positions(kept, 12)).toEqual([]);
    kept.add([event(11), event(12), event(13)]);
    expect(positions(kept, 12)).toEqual([13]);
  });

  it('let go of the oldest when they grow too large', () => {
    const frame = sseFrame(event(11)).length;
    const kept = new KeptEvents(10, frame * 2);
    kept.add([event(11), event(12), event(13)]);
    expect(positions(kept, 10)).toBeUndefined();
    expect(positions(kept, 11)).toEqual([12, 13]);
    kept.add([event(14, 'x'.repeat(3 * frame))]);
    expect(positions(kept, 13)).toBeUndefined();
    expect(positions(kept, 14)).toEqual([]);
  });

  it('are frames that a browser can read', () => {
    const frame = sseFrame(event(7, 'two\nlines'));
    expect(frame.split('\n')).toHaveLength(4);
    expect(frame).toMatch(/^id: 7\ndata: \{.*"two\\nlines".*\}\n\n$/);
  });
});
