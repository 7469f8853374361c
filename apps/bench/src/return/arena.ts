import type { ConnectedFleet } from '../connected-fleet';
import type { BenchOptions } from '../options';
import type { Simulator } from '../simulator/simulator';
import type { Witness } from './witness';

/** What a round takes place in. */
export interface Arena {
  readonly simulator: Simulator;
  readonly witness: Witness;
  readonly fleet: ConnectedFleet;
  readonly options: BenchOptions;
}
