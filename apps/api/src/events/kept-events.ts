import type { RecordedEvent } from '@keelson/event-store';
import { sseFrame } from './sse';

/** UTF-16 units of frames kept for readers that are a little behind. */
const MAX_KEPT = 4 * 1024 * 1024;

export interface KeptEvent {
  readonly event: RecordedEvent;
  /** As it is sent; written out once for all readers. */
  readonly frame: string;
}

/** The newest events, without gaps: all those after `start`. */
export class KeptEvents {
  private events: KeptEvent[] = [];
  private size = 0;

  constructor(
    private start: number,
    private readonly maxSize = MAX_KEPT,
  ) {}

  /** The events after a position; undefined when they are not all kept any more. */
  after(position: number): readonly KeptEvent[] | undefined {
    return position < this.start ? undefined : this.events.slice(position - this.start);
  }

  add(added: readonly RecordedEvent[]): void {
    for (const event of added) {
      const frame = sseFrame(event);
      this.events.push({ event, frame });
      this.size += frame.length;
    }
    let dropped = 0;
    while (this.size > this.maxSize) this.size -= this.events[dropped++]?.frame.length ?? 0;
    this.events.splice(0, dropped);
    this.start += dropped;
  }
}
