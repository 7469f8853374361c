import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeScratchFolder } from '@keelson/demo';
import { Client } from 'pg';
import { closedLoop } from './closed-loop';
import { progressed } from './observation';

const run = promisify(execFile);

export const BASELINE_TABLE = `create table bench_rows (id bigint generated always as identity primary key, stream text, data jsonb)`;
const INSERT = `insert into bench_rows (stream, data)
  values ('target/shop/eu-1', '${JSON.stringify(progressed({ generation: 1, updated: 1 }).data)}')`;

/** Durable single-row commits a second, by so many clients for so many seconds. */
export type Baseline = (url: string, clients: number, seconds: number) => Promise<number>;

export const pgbench: Baseline = async (url, clients, seconds) => {
  const folder = await makeScratchFolder();
  try {
    const script = join(folder, 'insert.sql');
    writeFileSync(script, `${INSERT};\n`);
    const flags = ['-n', '-M', 'prepared', '-f', script, '-c', `${clients}`, '-j', `${Math.min(clients, 2)}`];
    const { stdout } = await run('pgbench', [...flags, '-T', `${seconds}`, url]);
    return Math.round(Number(/tps = ([\d.]+)/.exec(stdout)?.[1]));
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** In this process, with prepared statements: for where pgbench is not installed. */
export const insertLoop: Baseline = async (url, clients, seconds) => {
  const connections = Array.from({ length: clients }, () => new Client({ connectionString: url }));
  await Promise.all(connections.map((connection) => connection.connect()));
  try {
    return await closedLoop(clients, seconds, async (client) =>
      connections[client]?.query({ name: 'bench_insert', text: INSERT }),
    );
  } finally {
    await Promise.all(connections.map((connection) => connection.end()));
  }
};

export const hasPgbench = (): Promise<boolean> =>
  run('pgbench', ['--version']).then(
    () => true,
    () => false,
  );
