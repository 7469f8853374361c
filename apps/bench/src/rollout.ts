import { setTimeout as delay } from 'node:timers/promises';
import { table } from '@keelson/cli';
import { BARE_NAMESPACE } from './bare-body';
import { BareLoop } from './bare-loop';
import { BenchFleet } from './bench-fleet';
import { decisionCost, type DecisionCost } from './decision-cost';
import { FleetWatch } from './fleet-watch';
import type { BenchOptions } from './options';
import { median, rounded } from './statistics';
import { imageOf, NAMESPACE } from './workload';

export interface RolloutResult {
  readonly benchmark: 'rollout';
  readonly clusters: number;
  readonly rounds: number;
  readonly stages: BenchOptions['stages'];
  readonly concurrency: BenchOptions['concurrency'];
  /** Milliseconds from the POST to the last Deployment that its cluster reports as converged. */
  readonly keelson: Measured;
  /** Milliseconds from the POST to `Succeeded` in Keelson's own API. */
  readonly known: Measured;
  /** Milliseconds from the first apply of the bare loop to the same end. */
  readonly bare: Measured;
  /** Of the last converged Deployment, to the bare loop, which sends everything at once whatever the stages. */
  readonly ratio: number;
  /** The same of the end of the run. */
  readonly knownRatio: number;
  /** Of the engine's decisions in the last round. */
  readonly decision: DecisionCost;
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
      let decision: DecisionCost | undefined;
      for (let round = 0; round < WARM_UP + options.rounds; round += 1) {
        // In turn, so that a noisy neighbour disturbs both.
        const keelson = await keelsonRound(fleet, watch, round);
        bare ??= new BareLoop(fleet.simulator.clusters, await fleet.plan());
        const both = { keelson, bare: await bareRound(fleet, watch, bare, round) };
        rounds.push(both);
        options.note(roundText(round, both));
        // Each time, so that the last is decided by code that is as warm as the server's.
        decision = decisionCost(await fleet.eventsOf(keelson.run), fleet.labels);
      }
      return result(options, rounds.slice(WARM_UP), decision!);
    } finally {
      await bare?.close();
      await watch.close();
    }
  });

interface KeelsonRound {
  readonly run: string;
  readonly live: number;
  readonly known: number;
  readonly applies: number;
}

type BareRound = Omit<KeelsonRound, 'known' | 'run'>;

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
  const accepted = fleet.release(round);
  const known = accepted.then((release) => fleet.succeeded(release)).then(() => performance.now() - started);
  const [live, knownMs, { run }] = await Promise.all([converged, known, accepted]);
  return { run: run.id, live, known: knownMs, applies: (await fleet.simulator.counts()).applies };
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

const result = (
  { clusters, rounds, stages, concurrency }: BenchOptions,
  measured: readonly Round[],
  decision: DecisionCost,
): RolloutResult => {
  const keelson = summed(measured.map((round) => round.keelson.live));
  const known = summed(measured.map((round) => round.keelson.known));
  const bare = summed(measured.map((round) => round.bare.live));
  return {
    benchmark: 'rollout',
    clusters,
    rounds,
    stages,
    concurrency,
    keelson,
    known,
    bare,
    ratio: rounded(keelson.median / bare.median, 2),
    knownRatio: rounded(known.median / bare.median, 2),
    decision,
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

export const rolloutText = (result: RolloutResult): string => {
  const { clusters, stages, concurrency, keelson, known, bare, appliesPerRound, decision } = result;
  const row = (what: string, { median: middle, each }: Measured, applies: string) => [
    what,
    `${middle} ms`,
    each.map((value) => Math.round(value)).join(' '),
    applies,
  ];
  const isStaged = stages.length > 1;
  const shape = isStaged ? `stages of ${stages.join(', ')} %` : 'one stage';
  return [
    `a change of image in ${clusters} clusters, ${shape}, ${concurrency} at once, from the request to the last converged Deployment`,
    table(
      ['', 'MEDIAN', 'EACH (ms)', 'APPLIES'],
      [
        row('keelson', keelson, String(appliesPerRound.keelson)),
        row('keelson, run known as Succeeded', known, ''),
        row('bare loop, everything at once', bare, String(appliesPerRound.bare)),
      ],
    ),
    isStaged
      ? `ratio of the run ${result.knownRatio}; the goal is 10 s`
      : `ratio ${result.ratio} (goal: at most 3), of the run ${result.knownRatio}`,
    `a decision of the run engine: ${decision.mean} ms of CPU, at worst ${decision.worst} ms, of ${decision.decisions} (goal: < 1 ms)`,
  ].join('\n');
};
