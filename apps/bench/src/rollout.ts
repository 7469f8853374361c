import { setTimeout as delay } from 'node:timers/promises';
import { table } from '@keelson/cli';
import { BARE_NAMESPACE } from './bare-body';
import { BareLoop } from './bare-loop';
import { BenchFleet } from './bench-fleet';
import { FleetWatch } from './fleet-watch';
import type { BenchOptions } from './options';
import { median, rounded } from './statistics';
import { imageOf, NAMESPACE } from './workload';

export interface RolloutResult {
  readonly benchmark: 'rollout';
  readonly clusters: number;
  readonly rounds: number;
  /** Milliseconds from the POST to the last Deployment that its cluster reports as converged. */
  readonly keelson: Measured;
  /** Milliseconds from the POST to `Succeeded` in Keelson's own API. */
  readonly known: Measured;
  /** Milliseconds from the first apply of the bare loop to the same end. */
  readonly bare: Measured;
  readonly ratio: number;
  readonly appliesPerRound: { readonly keelson: number; readonly bare: number };
}

interface Measured {
  readonly median: number;
  readonly each: readonly number[];
}

/** The first round creates the objects on both sides, the next two still compile; none of them is counted. */
const WARM_UP = 3;

const ROUND_MS = 120_000;

/** A pause between rounds: nobody's leftovers are measured as the next one's work. */
const SETTLE_MS = 500;

/** From POST to the last converged target, against a bare loop that sends the same applies to the same simulator. */
export const rollout = (options: BenchOptions): Promise<RolloutResult> =>
  BenchFleet.use(options, async (fleet) => {
    const watch = await FleetWatch.open(fleet.simulator.clusters);
    let bare: BareLoop | undefined;
    try {
      const rounds: Round[] = [];
      for (let round = 0; round < WARM_UP + options.rounds; round += 1) {
        // In turn, so that a noisy neighbour disturbs both.
        const keelson = await keelsonRound(fleet, watch, round);
        bare ??= new BareLoop(fleet.simulator.clusters, await fleet.plan());
        const both = { keelson, bare: await bareRound(fleet, watch, bare, round) };
        rounds.push(both);
        options.note(roundText(round, both));
      }
      return result(options, rounds.slice(WARM_UP));
    } finally {
      await bare?.close();
      await watch.close();
    }
  });

interface KeelsonRound {
  readonly live: number;
  readonly known: number;
  readonly applies: number;
}

type BareRound = Omit<KeelsonRound, 'known'>;

interface Round {
  readonly keelson: KeelsonRound;
  readonly bare: BareRound;
}

const keelsonRound = async (fleet: BenchFleet, watch: FleetWatch, round: number): Promise<KeelsonRound> => {
  await delay(SETTLE_MS);
  await fleet.simulator.reset();
  const signal = AbortSignal.any([fleet.signal, AbortSignal.timeout(ROUND_MS)]);
  const started = performance.now();
  const converged = watch
    .converged(NAMESPACE, imageOf(round), signal)
    .then(() => performance.now() - started);
  const known = fleet
    .release(round)
    .then((accepted) => fleet.succeeded(accepted))
    .then(() => performance.now() - started);
  const [live, knownMs] = await Promise.all([converged, known]);
  return { live, known: knownMs, applies: (await fleet.simulator.counts()).applies };
};

const bareRound = async (
  fleet: BenchFleet,
  watch: FleetWatch,
  loop: BareLoop,
  round: number,
): Promise<BareRound> => {
  await delay(SETTLE_MS);
  await fleet.simulator.reset();
  const signal = AbortSignal.any([fleet.signal, AbortSignal.timeout(ROUND_MS)]);
  const started = performance.now();
  const converged = watch
    .converged(BARE_NAMESPACE, imageOf(round), signal)
    .then(() => performance.now() - started);
  const [live] = await Promise.all([converged, loop.release(round)]);
  return { live, applies: (await fleet.simulator.counts()).applies };
};

const roundText = (round: number, { keelson, bare }: Round): string =>
  `${round < WARM_UP ? 'warm-up' : `round ${round - WARM_UP + 1}`}: keelson ${Math.round(keelson.live)} ms, bare ${Math.round(bare.live)} ms`;

const result = ({ clusters, rounds }: BenchOptions, measured: readonly Round[]): RolloutResult => {
  const keelson = summed(measured.map((round) => round.keelson.live));
  const bare = summed(measured.map((round) => round.bare.live));
  return {
    benchmark: 'rollout',
    clusters,
    rounds,
    keelson,
    known: summed(measured.map((round) => round.keelson.known)),
    bare,
    ratio: rounded(keelson.median / bare.median, 2),
    appliesPerRound: {
      keelson: median(measured.map((round) => round.keelson.applies)),
      bare: median(measured.map((round) => round.bare.applies)),
    },
  };
};

const summed = (values: readonly number[]): Measured => ({
  median: rounded(median(values)),
  each: values.map((value) => rounded(value)),
});

export const rolloutText = ({
  clusters,
  keelson,
  known,
  bare,
  ratio,
  appliesPerRound,
}: RolloutResult): string => {
  const row = (what: string, { median: middle, each }: Measured, applies: string) => [
    what,
    `${middle} ms`,
    each.map((value) => Math.round(value)).join(' '),
    applies,
  ];
  return [
    `a change of image in ${clusters} clusters, from the request to the last converged Deployment`,
    table(
      ['', 'MEDIAN', 'EACH (ms)', 'APPLIES'],
      [
        row('keelson', keelson, String(appliesPerRound.keelson)),
        row('keelson, run known as Succeeded', known, ''),
        row('bare loop', bare, String(appliesPerRound.bare)),
      ],
    ),
    `ratio ${ratio} (goal: at most 3)`,
  ].join('\n');
};
