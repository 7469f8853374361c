import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { accept, type Decider } from '@keelson/domain';
import { openEventStore, type EventStore } from '@keelson/event-store';
import { startTestServer, testDatabase, type TestDatabase } from '../support/database';

/** Rates are per second; ratios are to the baseline with as many clients on the same server. */
export interface AppendBench {
  readonly baseline: 'pgbench' | 'insert loop';
  readonly seconds: number;
  readonly clients: readonly {
    readonly clients: number;
    readonly baseline: number;
    /** Every command on a stream of its own. */
    readonly fresh: number;
    /** Commands on streams that exist, each client on its own. */
    readonly existing: number;
    readonly freshRatio: number;
    readonly existingRatio: number;
  }[];
}

interface TargetState {
  readonly generation: number;
  readonly updated: number;
}
interface Observe {
  readonly generation: number;
  readonly updated: number;
}
interface TargetProgressed {
  readonly type: 'TargetProgressed';
  readonly data: Observe & Record<'application' | 'cluster' | 'run' | 'hash' | 'message', string>;
}

/** Of the size and shape of what a target records in a run. */
const progressed = ({ generation, updated }: Observe): TargetProgressed => ({
  type: 'TargetProgressed',
  data: {
    application: 'shop',
    cluster: 'eu-1',
    run: 'shop-3',
    hash: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
    message: `Deployment/web: ${updated} of 10 replicas are updated and ready`,
    generation,
    updated,
  },
});

const target: Decider<TargetState, Observe, TargetProgressed> = {
  initial: { generation: 0, updated: 0 },
  decide: (_state, observed) => accept(progressed(observed)),
  evolve: (state, { data }) => ({ ...state, generation: data.generation, updated: data.updated }),
};

const run = promisify(execFile);
const clientCounts = [1, 8, 32];

const baselineTable = `create table bench_rows (id bigint generated always as identity primary key, stream text, data jsonb)`;
const baselineInsert = `insert into bench_rows (stream, data)
  values ('target/shop/eu-1', '${JSON.stringify(progressed({ generation: 1, updated: 1 }).data)}')`;

/** Runs `work` in a closed loop by each of `clients` for `seconds`; times a second. */
const closedLoop = async (
  clients: number,
  seconds: number,
  work: (client: number, turn: number) => Promise<unknown>,
) => {
  const start = performance.now();
  const end = start + seconds * 1_000;
  let done = 0;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let turn = 0; performance.now() < end; turn += 1, done += 1) await work(client, turn);
    }),
  );
  return Math.round(done / ((performance.now() - start) / 1_000));
};

const pgbench = async (url: string, clients: number, seconds: number): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-bench-'));
  try {
    const script = join(folder, 'insert.sql');
    writeFileSync(script, `${baselineInsert};\n`);
    const flags = ['-n', '-M', 'prepared', '-f', script, '-c', `${clients}`, '-j', `${Math.min(clients, 2)}`];
    const { stdout } = await run('pgbench', [...flags, '-T', `${seconds}`, url]);
    return Math.round(Number(/tps = ([\d.]+)/.exec(stdout)?.[1]));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const insertLoop = async (url: string, clients: number, seconds: number): Promise<number> => {
  const connections = Array.from({ length: clients }, () => new Client({ connectionString: url }));
  await Promise.all(connections.map((connection) => connection.connect()));
  try {
    return await closedLoop(clients, seconds, async (client) =>
      connections[client]?.query({ name: 'bench_insert', text: baselineInsert }),
    );
  } finally {
    await Promise.all(connections.map((connection) => connection.end()));
  }
};

const hasPgbench = (): Promise<boolean> =>
  run('pgbench', ['--version']).then(
    () => true,
    () => false,
  );

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

const measure = async (database: TestDatabase, seconds: number): Promise<AppendBench> => {
  const usePgbench = await hasPgbench();
  const baselineOf = usePgbench ? pgbench : insertLoop;
  const store = await openEventStore({ pool: database.pool });
  try {
    await database.pool.query(baselineTable);
    await commands(store, 8, 1, (client) => `target/warm-up/${client}`);
    const results: AppendBench['clients'][number][] = [];
    for (const clients of clientCounts) {
      const baseline = await baselineOf(database.url, clients, seconds);
      const fresh = await commands(
        store,
        clients,
        seconds,
        (client, turn) => `target/fresh-${clients}-${client}/${turn}`,
      );
      const existing = await commands(
        store,
        clients,
        seconds,
        (client) => `target/existing/${clients}-${client}`,
      );
      results.push({
        clients,
        baseline,
        fresh,
        existing,
        freshRatio: Number((fresh / baseline).toFixed(2)),
        existingRatio: Number((existing / baseline).toFixed(2)),
      });
    }
    const { events } = await store.sealerLag();
    if (events > 0) throw new Error(`${events} events were answered without a position`);
    return { baseline: usePgbench ? 'pgbench' : 'insert loop', seconds, clients: results };
  } finally {
    await store.stop();
  }
};

/**
 * Appends a second through the command handler, sealing included, against single-row durable commits on the same
 * server. Prints a table, or one JSON object.
 */
export const benchAppend = async ({ json = false, seconds = 4 } = {}): Promise<AppendBench> => {
  const server = await startTestServer();
  try {
    const database = await testDatabase(server);
    try {
      const result = await measure(database, seconds);
      if (json) console.log(JSON.stringify(result));
      else console.table(result.clients);
      return result;
    } finally {
      await database.drop();
    }
  } finally {
    await server.stop();
  }
};

if (require.main === module)
  benchAppend({ json: process.argv.includes('--json') }).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
