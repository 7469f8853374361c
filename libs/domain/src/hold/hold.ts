import { accept, reject, type Decider } from '../kernel/decider';
import type { HoldEvent } from './events';
import type { HoldScope } from './scope';

/** A stop with an owner and a reason. Several may cover a target; it goes on when all of them are released. */
export interface Hold extends HoldScope {
  readonly hold: string;
  readonly owner: string;
  readonly reason: string;
}

export type HoldState =
  { readonly exists: false } | ({ readonly exists: true; readonly released: boolean } & Hold);

export type HoldCommand =
  | ({ readonly type: 'PlaceHold' } & Hold)
  | {
      readonly type: 'ReleaseHold';
      readonly by: string;
      /** Kept in the event's meta; here only to know whether one was given. */
      readonly why?: string;
    };

export const holdDecider: Decider<HoldState, HoldCommand, HoldEvent> = {
  initial: { exists: false },

  decide: (state, command) => {
    if (command.type === 'PlaceHold') {
      if (state.exists) return reject('conflict', 'hold-exists', `hold ${state.hold} exists`);
      const { type: _, ...data } = command;
      return accept({ type: 'HoldPlaced', data });
    }
    if (!state.exists) return reject('notFound', 'hold-not-found', 'no such hold');
    if (state.released) return accept();
    const { exists: _, released: _released, reason: _reason, ...rest } = state;
    if (command.by !== state.owner && command.why === undefined) {
      return reject(
        'conflict',
        'hold-of-another-owner',
        `${state.owner} holds because of "${state.reason}"; releasing it for them needs a reason`,
      );
    }
    return accept({ type: 'HoldReleased', data: { ...rest, by: command.by } });
  },

  evolve: (state, event) => {
    switch (event.type) {
      case 'HoldPlaced':
        return { exists: true, released: false, ...event.data };
      case 'HoldReleased':
        return state.exists ? { ...state, released: true } : state;
      default:
        return state;
    }
  },
};

export const holdStream = (hold: string): string => `hold/${hold}`;
