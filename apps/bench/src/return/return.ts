import { table } from '@keelson/cli';
import { BareClient } from '../clusters/bare-client';
import { ConnectedFleet } from '../connected-fleet';
import type { BenchOptions } from '../options';
import { creationOf } from '../scale/workload';
import { Simulator } from '../simulator/simulator';
import { median, percentile, rounded } from '../statistics';
import type { Arrival } from './arrival';
import { oneRound, type Round } from './round';
import { Witness } from './witness';
import { BARE, lastGoalOf, OWN, RELEASES, WAYS, type Way } from './workload';

export interface ReturnResult {
  readonly benchmark: 'return';
  readonly clusters: number;
  readonly applications: number;
  readonly rounds: number;
  /** Clusters that were away, for how many seconds, and what came in that time. */
  readonly away: number;
  readonly awaySeconds: number;
  readonly releases: number;
  readonly deleted: number;
  /** Of all clusters that were away. */
  readonly keelson: Side;
  /** A loop that knows what to send, and is told when. */
  readonly bare: Side;
  /** Objects of releases in between that were written to clusters that were away, of all rounds. */
  readonly between: number;
  readonly ways: Readonly<Partial<Record<Way, Side>>>;
  /** Requests of a return that could have changed something, over all clusters. */
  readonly writes: { readonly keelson: number; readonly bare: number };
}

/** Milliseconds until a cluster had the last of its newest plans, and until the last owed delete was done. */
interface Side {
  readonly plans: Spread;
  readonly deletes: Spread;
}

/** Over the clusters and the rounds. */
interface Spread {
  readonly p50: number;
  readonly max: number;
}

/** How soon clusters that were away have what they are to have, against a bare loop of the same requests. */
export const comeBack = async (options: BenchOptions): Promise<ReturnResult> => {
  const simulator = await Simulator.start(options.clusters);
  try {
    await createNamespaces(simulator);
    const witness = await Witness.of(simulator, [OWN, BARE]);
    const wiring = { ...options, clusters: simulator.clusters, labelsOf: () => ({ bench: 'return' }) };
    return await ConnectedFleet.use(wiring, async (fleet) => {
      const rounds: Round[] = [];
      for (let number = 1; number <= options.rounds; number += 1) {
        const round = await oneRound({ simulator, witness, fleet, options }, number);
        rounds.push(round);
        options.note(`round ${number}: keelson ${text(side(round.keelson))}, bare ${text(side(round.bare))}`);
      }
      return result(options, rounds);
    });
  } finally {
    await simulator.stop();
  }
};

/** By nobody of the contestants: they stay. */
const createNamespaces = async ({ clusters }: Simulator): Promise<void> => {
  const client = new BareClient(clusters);
  try {
    await client.sendAll([OWN, BARE].map(creationOf), 1);
  } finally {
    await client.close();
  }
};

const result = (
  { clusters, applications, rounds, away }: BenchOptions,
  measured: readonly Round[],
): ReturnResult => {
  const keelson = measured.flatMap((round) => round.keelson);
  const ways = (Object.keys(WAYS) as Way[])
    .map((way) => [way, keelson.filter((each) => each.way === way)] as const)
    .filter(([, arrivals]) => arrivals.length > 0)
    .map(([way, arrivals]) => [way, side(arrivals)] as const);
  const writes = (of: keyof Round['writes']) => median(measured.map((round) => round.writes[of]));
  return {
    benchmark: 'return',
    clusters,
    applications,
    rounds,
    away: keelson.length / rounds,
    awaySeconds: away,
    releases: RELEASES,
    deleted: lastGoalOf(applications, 1).doomed.length,
    keelson: side(keelson),
    bare: side(measured.flatMap((round) => round.bare)),
    between: measured.reduce((sum, round) => sum + round.between, 0),
    ways: Object.fromEntries(ways),
    writes: { keelson: writes('keelson'), bare: writes('bare') },
  };
};

const side = (arrivals: readonly Arrival[]): Side => ({
  plans: spread(arrivals.map(({ plans }) => plans)),
  deletes: spread(arrivals.map(({ deletes }) => deletes)),
});

const spread = (values: readonly number[]): Spread => ({
  p50: rounded(percentile(values, 50)),
  max: rounded(Math.max(...values)),
});

const text = ({ plans, deletes }: Side): string =>
  `plans ${plans.p50} / ${plans.max} ms, deletes ${deletes.p50} / ${deletes.max} ms`;

const WAY_TEXTS: Readonly<Record<Way, string>> = {
  reset: 'connections were reset',
  silent: 'nothing was answered',
  forgotten: 'the same, and what was open is never answered',
};

export const returnText = (result: ReturnResult): string => {
  const { clusters, applications, away, awaySeconds, releases, deleted, writes } = result;
  const row = (what: string, { plans, deletes }: Side, requests: number | ''): string[] => [
    what,
    ...[plans.p50, plans.max, deletes.p50, deletes.max].map((value) => `${value} ms`),
    String(requests),
  ];
  return [
    `${away} of ${clusters} simulated clusters with ${applications} applications were away for ${awaySeconds} s, in which came ` +
      `${releases} releases of each, and the deletion of ${deleted}; from when they answer again, over the clusters`,
    table(
      ['', 'PLANS P50', 'MAX', 'DELETES P50', 'MAX', 'WRITES'],
      [
        row('keelson', result.keelson, writes.keelson),
        ...Object.entries(result.ways).map(([way, each]) => row(`  ${WAY_TEXTS[way as Way]}`, each, '')),
        row('bare loop, told when', result.bare, writes.bare),
      ],
    ),
    `objects of releases in between that were written there: ${result.between}; goals: none, all within 5 s`,
  ].join('\n');
};
