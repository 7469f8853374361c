import type { DomainEvent } from '../kernel/decider';
import type { HoldScope } from './scope';

/** The scope lies open in each, because audit queries filter by application and cluster. */
export type HoldEvent =
  | DomainEvent<
      'HoldPlaced',
      HoldScope & { readonly hold: string; readonly owner: string; readonly reason: string }
    >
  | DomainEvent<
      'HoldReleased',
      HoldScope & { readonly hold: string; readonly owner: string; readonly by: string }
    >;
