import { setTimeout as delay } from 'node:timers/promises';
import { table } from '@keelson/cli';
import type { BenchOptions } from '../options';
import { percentile, rounded } from '../statistics';
import { inArena, objectsFor, type Arena, type Contestant } from './arena';
import type { Spoiled } from './judge';
import { nameOf, pathOf } from './settings';

/** Milliseconds until a watch shows an object as planned again that was spoiled. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Contest {
  /** From the request that spoils it. */
  readonly sinceRequest: Compared;
  /** From when a watch shows it spoiled, which is what anybody who puts it right can act on. */
  readonly sinceSeen: Compared;
}

export interface Compared {
  readonly keelson: Latency;
  readonly bare: Latency;
  readonly ratio: { readonly p50: number; readonly p99: number };
}

export interface DriftResult {
  readonly benchmark: 'drift';
  readonly cluster: string;
  readonly isReal: boolean;
  /** Of each kind and contestant. */
  readonly samples: number;
  /** Another value, put right. */
  readonly edited: Contest;
  /** A deleted object, made again. */
  readonly deleted: Contest;
}

/** A round of `--rounds` is so many of each. */
const PER_ROUND = 50;

/** Code that has never run is not what is measured. */
const WARM_UP = 50;

const EACH_MS = 30_000;

/** Before each: what is still being recorded of the last one is not measured as the next one's work. */
const SETTLE_MS = 50;

type Spoil = (arena: Arena, contestant: Contestant, round: number) => Promise<Spoiled>;

/**
 * How long drift lasts, against a bare client that watches and applies. Both are spoiled in turn, on the same API
 * server, so that a noisy neighbour disturbs both.
 */
export const drift = (options: BenchOptions): Promise<DriftResult> => {
  const samples = options.rounds * PER_ROUND;
  const rounds = WARM_UP + samples;
  return inArena(options, objectsFor(rounds), async (arena) => {
    const edited = await contest(arena, options, rounds, 'edited', edit);
    const deleted = await contest(arena, options, rounds, 'deleted', remove);
    const { description, isReal } = arena.cluster;
    return { benchmark: 'drift', cluster: description, isReal, samples, edited, deleted };
  });
};

const contest = async (
  arena: Arena,
  { note }: BenchOptions,
  rounds: number,
  what: string,
  spoil: Spoil,
): Promise<Contest> => {
  const keelson: Spoiled[] = [];
  const bare: Spoiled[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const pair = [await spoil(arena, arena.keelson, round), await spoil(arena, arena.bare, round)] as const;
    if (round < WARM_UP) continue;
    keelson.push(pair[0]);
    bare.push(pair[1]);
    if (keelson.length % PER_ROUND > 0) continue;
    const { keelson: ours, bare: theirs } = compared(keelson, bare, 'sinceRequest');
    note(`${what} ${keelson.length}: keelson ${text(ours)}, bare ${text(theirs)}`);
  }
  return {
    sinceRequest: compared(keelson, bare, 'sinceRequest'),
    sinceSeen: compared(keelson, bare, 'sinceSeen'),
  };
};

const compared = (keelson: readonly Spoiled[], bare: readonly Spoiled[], since: keyof Spoiled): Compared => {
  const [ours, theirs] = [keelson, bare].map((times) => latency(times.map((time) => time[since]))) as [
    Latency,
    Latency,
  ];
  return {
    keelson: ours,
    bare: theirs,
    ratio: { p50: rounded(ours.p50 / theirs.p50, 2), p99: rounded(ours.p99 / theirs.p99, 2) },
  };
};

const edit: Spoil = (arena, contestant, round) =>
  spoiled(arena, contestant, round, (path) =>
    arena.client.request('PATCH', path, {
      query: { fieldManager: 'kubectl-edit' },
      contentType: 'application/merge-patch+json',
      body: { data: { value: `by hand ${round}` } },
    }),
  );

const remove: Spoil = (arena, contestant, round) =>
  spoiled(arena, contestant, round, (path) => arena.client.request('DELETE', path, { body: {} }));

/** Every object in its turn: none while the log may still be busy with what became of it before. */
const spoiled = async (
  { signal, objects }: Arena,
  { namespace, judge }: Contestant,
  round: number,
  spoil: (path: string) => Promise<unknown>,
): Promise<Spoiled> => {
  const name = nameOf(round % objects);
  await delay(SETTLE_MS, undefined, { signal });
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(EACH_MS)]);
  return judge.timeToRight(name, () => spoil(pathOf(namespace, name)), inTime);
};

const latency = (values: readonly number[]): Latency => ({
  p50: rounded(percentile(values, 50)),
  p99: rounded(percentile(values, 99)),
  max: rounded(Math.max(...values)),
});

const text = ({ p50, p99 }: Latency): string => `${p50} / ${p99} ms`;

export const driftText = ({ cluster, samples, edited, deleted }: DriftResult): string => {
  const row = (what: string, who: string, { p50, p99, max }: Latency, goal = '') => [
    what,
    who,
    `${p50} ms`,
    `${p99} ms`,
    `${max} ms`,
    goal,
  ];
  const rows = (what: string, { sinceRequest, sinceSeen }: Contest, goal: string) => [
    row(what, 'keelson', sinceRequest.keelson, goal),
    row('', 'bare client', sinceRequest.bare),
    ['', 'ratio', String(sinceRequest.ratio.p50), String(sinceRequest.ratio.p99), '', ''],
    row('  since it was seen', 'keelson', sinceSeen.keelson),
    row('', 'bare client', sinceSeen.bare),
  ];
  return [
    `from the request that spoils an object until it is as planned again; ${samples} times each, in turn, on ${cluster}`,
    table(
      ['', '', 'P50', 'P99', 'MAX', 'GOAL (REAL API SERVER)'],
      [...rows('a foreign edit', edited, '20 / 70 ms'), ...rows('a deleted object', deleted, '10 / 15 ms')],
    ),
  ].join('\n');
};
