import { windowAt, type Window, type WindowStanding } from '@keelson/domain';
import { LRUCache } from 'lru-cache';

/** A window as the read model has it; a changed one has another position. */
export interface StoredWindow extends Window {
  readonly position: number;
}

/**
 * Remembers how a window stands until it changes: asking its schedule costs half a millisecond, and the run engine asks
 * whenever anything in the fleet moves.
 */
export class WindowClock {
  private readonly known = new LRUCache<string, { readonly from: number; readonly standing: WindowStanding }>(
    {
      max: 1_000,
    },
  );

  at(window: StoredWindow, now: number): WindowStanding {
    const key = `${window.window} ${window.position}`;
    const known = this.known.get(key);
    if (known && known.from <= now && now < (known.standing.changesAt ?? Infinity)) return known.standing;
    const standing = windowAt(window, now);
    this.known.set(key, { from: now, standing });
    return standing;
  }
}
