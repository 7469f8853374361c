import { table } from '@keelson/cli';
import type { EventStore } from '@keelson/event-store';
import { useDatabase } from '../database';
import type { BenchOptions } from '../options';
import { BASELINE_TABLE, hasPgbench, insertLoop, pgbench } from './baseline';
import { closedLoop } from './closed-loop';
import { target } from './observation';

/** Rates are per second; ratios are to the baseline with as many clients on the same server. */
export interface AppendResult {
  readonly benchmark: 'append';
  readonly baseline: 'pgbench' | 'insert loop';
  readonly seconds: number;
  readonly clients: readonly AppendRates[];
}

interface AppendRates {
  readonly clients: number;
  readonly baseline: number;
  /** Every command on a stream of its own. */
  readonly fresh: number;
  /** Commands on streams that exist, each client on its own. */
  readonly existing: number;
  readonly freshRatio: number;
  readonly existingRatio: number;
}

const CLIENTS = [1, 8, 32];

/** Appends a second through the command handler, sealing included, against durable single-row commits. */
export const append = ({ seconds, signal, note }: BenchOptions): Promise<AppendResult> =>
  useDatabase(({ store, url }) => measure(store, url, { seconds, signal, note }));

const measure = async (
  store: EventStore,
  url: string,
  { seconds, signal, note }: Pick<BenchOptions, 'seconds' | 'signal' | 'note'>,
): Promise<AppendResult> => {
  const usePgbench = await hasPgbench();
  const baselineOf = usePgbench ? pgbench : insertLoop;
  await store.pool.query(BASELINE_TABLE);
  await commands(store, 8, 1, (client) => `target/warm-up/${client}`);
  const clients: AppendRates[] = [];
  for (const count of CLIENTS) {
    signal.throwIfAborted();
    note(`${count} clients, three times ${seconds} s`);
    const baseline = await baselineOf(url, count, seconds);
    const fresh = await commands(
      store,
      count,
      seconds,
      (client, turn) => `target/fresh-${count}-${client}/${turn}`,
    );
    const existing = await commands(store, count, seconds, (client) => `target/existing/${count}-${client}`);
    const ratio = (rate: number): number => Number((rate / baseline).toFixed(2));
    clients.push({
      clients: count,
      baseline,
      fresh,
      existing,
      freshRatio: ratio(fresh),
      existingRatio: ratio(existing),
    });
  }
  const { events } = await store.sealerLag();
  if (events > 0) throw new Error(`${events} events were answered without a position`);
  return { benchmark: 'append', baseline: usePgbench ? 'pgbench' : 'insert loop', seconds, clients };
};

let rounds = 0;

/** Commands a second through the handler, each answered with its final position. */
const commands = (
  store: EventStore,
  clients: number,
  seconds: number,
  streamOf: (client: number, turn: number) => string,
) => {
  const round = (rounds += 1);
  return closedLoop(clients, seconds, async (client, turn) => {
    const result = await store.commands.execute(
      { commandId: `${round}/${client}/${turn}`, actor: 'bench' },
      (unit) => unit.decide(target, streamOf(client, turn), { generation: turn, updated: turn % 10 }),
    );
    if (!result.ok) throw new Error(result.rejection.message);
  });
};

export const appendText = ({ baseline, clients }: AppendResult): string =>
  [
    `commands a second, each answered with its position in the log, against single-row commits by ${baseline}`,
    table(
      ['CLIENTS', 'BASELINE', 'NEW STREAMS', 'RATIO', 'EXISTING STREAMS', 'RATIO'],
      clients.map((row) => [
        `${row.clients}`,
        `${row.baseline}`,
        `${row.fresh}`,
        `${row.freshRatio}`,
        `${row.existing}`,
        `${row.existingRatio}`,
      ]),
    ),
    'goal: a ratio of at least 0.4 at 32 clients',
  ].join('\n');
