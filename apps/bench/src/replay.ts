import { table } from '@keelson/cli';
import type { EventStore } from '@keelson/event-store';
import { fleetProjection } from '@keelson/worker';
import { useDatabase } from './database';
import { History } from './history/history';
import type { BenchOptions } from './options';
import { namesOf, objectsOf } from './scale/workload';
import { median, rounded } from './statistics';

export interface ReplayResult {
  readonly benchmark: 'replay';
  readonly events: number;
  readonly targets: number;
  /** Events a second, read in batches from PostgreSQL and parsed. */
  readonly read: number;
  /** Events a second, folded into the read model from nothing, tables written. */
  readonly rebuild: number;
  readonly ratio: number;
}

const BATCH = 500;

/** How fast the read model is made anew from the log, beside reading the log and doing nothing with it. */
export const replay = ({
  clusters,
  applications,
  rounds,
  signal,
  note,
}: BenchOptions): Promise<ReplayResult> =>
  useDatabase(async ({ store }) => {
    const places = Array.from({ length: clusters }, (_, index) => ({
      name: `cluster-${index + 1}`,
      server: 'https://127.0.0.1:6443',
      credentials: '1',
    }));
    const history = new History(store, places);
    await history.join();
    for (const name of namesOf(applications)) {
      signal.throwIfAborted();
      await history.release({ name, namespace: 'bench', objects: objectsOf(name, 'bench') });
    }
    const { position: events } = await store.log.head();
    const targets = clusters * applications;
    note(`a log of ${events} events of ${targets} targets`);
    const reads: number[] = [];
    const rebuilds: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      signal.throwIfAborted();
      reads.push(rate(events, await timed(() => readAll(store))));
      rebuilds.push(rate(events, await rebuild(store, events)));
      note(`round ${round}: read ${reads.at(-1)} a second, rebuilt ${rebuilds.at(-1)} a second`);
    }
    const read = median(reads);
    const rebuilt = median(rebuilds);
    return {
      benchmark: 'replay',
      events,
      targets,
      read,
      rebuild: rebuilt,
      ratio: rounded(rebuilt / read, 2),
    };
  });

const readAll = async ({ log }: EventStore): Promise<void> => {
  let after = 0;
  for (let events = await log.read({ limit: BATCH }); events.length > 0;) {
    after = events.at(-1)!.position;
    events = await log.read({ after, limit: BATCH });
  }
};

/** Milliseconds from nothing: the tables are dropped first, as if there had never been any. */
const rebuild = async (store: EventStore, position: number): Promise<number> => {
  await store.pool.query(
    `drop schema if exists read cascade; delete from checkpoints where name in ('fleet', 'fleet@next')`,
  );
  const started = performance.now();
  const projection = store.runProjection({ ...fleetProjection(), batchSize: BATCH });
  await projection.ready;
  await projection.waitFor(position, WAIT_MS);
  const ms = performance.now() - started;
  await projection.stop();
  return ms;
};

const WAIT_MS = 3_600_000;

const timed = async (work: () => Promise<void>): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

const rate = (events: number, ms: number): number => Math.round((1_000 * events) / ms);

export const replayText = (result: ReplayResult): string => {
  const { events, targets, read, rebuild: rebuilt, ratio } = result;
  return [
    `the read model from a log of ${events} events of ${targets} targets`,
    table(
      ['', 'EVENTS A SECOND'],
      [
        ['read from PostgreSQL and parsed', String(read)],
        ['folded into the read model, tables written', String(rebuilt)],
      ],
    ),
    `ratio ${ratio}`,
  ].join('\n');
};
