import { dice, exponential, logNormal } from './dice';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Monday. */
export const START = Date.UTC(2026, 0, 5);
export const DAYS = 90;
export const END = START + DAYS * DAY;
export const CLUSTERS = 50;
export const NODES = 100;

/** Mean time between two failures of a node, so that 2 % of the nodes fail in 30 days. */
const FAILURE_MEAN = (-30 * DAY) / Math.log(1 - 0.02);
const DEAD_SHARE = 0.7;
const PARTS_SHARE = 0.2;
/** 1 % of the nodes have a bad hour in 30 days, in which they go away ten times for one to three minutes. */
const FLAPPING_MEAN = (-30 * DAY) / Math.log(1 - 0.01);
/** One whole cluster is away for two hours on the 40th day. */
export const STORM = { cluster: 7, from: START + 40 * DAY + 10 * HOUR, to: START + 40 * DAY + 12 * HOUR };

export const ASSUMPTIONS: readonly string[] = [
  `${CLUSTERS} clusters of ${NODES} nodes for ${DAYS} days; 2 % of the nodes fail for good in 30 days; 70 % of them fall silent, the others say that they are not Ready`,
  'repairing a failed machine takes, once somebody begins: 80 % a reset, 15 to 45 minutes; 20 % parts, log-normal with a median of 24 hours and sigma 0.7 (mean of all 6.5 hours); the same draws in every column',
  '1 % of the nodes flap for an hour in 30 days (ten times 1 to 3 minutes); one cluster is away as a whole for two hours',
  'with repair: not Ready for 5m, at most 20 % unhealthy, 3 at once, storm cooldown 10m, force delete after 5m; the repair system begins when it is called',
  'by hand: repair begins when a person finds the node, every working day at 09:00, or every Monday at 09:00; nothing else is lost on the way',
  'nobody: a failed node stays away until the quarter ends',
];

export interface Failure {
  readonly dead: boolean;
  readonly repairMs: number;
}

/** What a node is dealt, the same whatever is done about it. */
export class Fate {
  private readonly failures: () => number;
  private readonly flaps: () => number;

  constructor(seed: number, cluster: number, node: number) {
    this.failures = dice(`${seed}/${cluster}/${node}/failures`);
    this.flaps = dice(`${seed}/${cluster}/${node}/flaps`);
  }

  /** How long it works from now on. */
  worksFor(): number {
    return exponential(this.failures, FAILURE_MEAN);
  }

  fails(): Failure {
    const roll = this.failures;
    const dead = roll() < DEAD_SHARE;
    const needsParts = roll() < PARTS_SHARE;
    const repairMs = needsParts ? logNormal(roll, DAY, 0.7) : (15 + 30 * roll()) * MINUTE;
    return { dead, repairMs };
  }

  /** Spells of all its bad hours. */
  flapping(): { readonly from: number; readonly to: number }[] {
    const spells = [];
    for (
      let at = START + exponential(this.flaps, FLAPPING_MEAN);
      at < END;
      at += exponential(this.flaps, FLAPPING_MEAN)
    ) {
      for (let flap = 0; flap < 10; flap += 1) {
        const from = at + flap * 6 * MINUTE;
        spells.push({ from, to: from + (1 + 2 * this.flaps()) * MINUTE });
      }
    }
    return spells;
  }
}
