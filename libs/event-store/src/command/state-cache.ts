import { LRUCache } from 'lru-cache';
import type { Decider, DomainEvent } from '@keelson/domain';

export interface CachedState<State = unknown> {
  readonly state: State;
  readonly version: number;
}

type AnyDecider = Decider<never, never, never>;

interface Entry extends CachedState {
  readonly decider: AnyDecider;
}

/**
 * Folded states by stream. Only a hint: another process may have appended since, which the expected version finds
 * out at the append. States are never changed in place, so they can be shared.
 */
export class StateCache {
  private readonly entries: LRUCache<string, Entry>;

  constructor(max: number) {
    this.entries = new LRUCache({ max });
  }

  get<S, C, E extends DomainEvent>(decider: Decider<S, C, E>, stream: string): CachedState<S> | undefined {
    const entry = this.entries.get(stream);
    return entry?.decider === (decider as unknown) ? (entry as CachedState<S>) : undefined;
  }

  set<S, C, E extends DomainEvent>(decider: Decider<S, C, E>, stream: string, state: CachedState<S>): void {
    const known = this.entries.get(stream);
    // A slower command may end after a faster one that came later.
    if (known && known.version > state.version) return;
    this.entries.set(stream, { ...state, decider: decider as unknown as AnyDecider });
  }
}
