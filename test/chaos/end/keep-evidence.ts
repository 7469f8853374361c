import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Pool } from 'pg';
import type { World } from '../world/world';

/**
 * What a failure is read with, beside the logs of the processes: the events as they were followed, who holds which lock
 * in the database, what its connections do, whether the clusters answer, and what is in them.
 */
export const keepEvidence = async ({ folder, log, postgres, simulator }: World): Promise<void> => {
  const keep = (name: string, lines: readonly unknown[]): Promise<void> =>
    writeFile(join(folder, 'logs', name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await keep('log.ndjson', log.events);
  await keep('clusters.ndjson', await Promise.all(Object.values(simulator.kubeconfigs).map(answerOf)));
  const clusters = Object.keys(simulator.kubeconfigs);
  await keep(
    'objects.ndjson',
    (await Promise.all(clusters.map((name) => objectsOf(simulator, name)))).flat(),
  );
  const pool = new Pool({ connectionString: postgres.url, max: 1, connectionTimeoutMillis: 5_000 });
  pool.on('error', () => undefined);
  try {
    const { rows: locks } = await pool.query(
      `select pid, classid::int, objid::int, mode, granted from pg_locks where locktype = 'advisory' order by 2, 3`,
    );
    await keep('locks.ndjson', locks);
    const { rows: connections } = await pool.query(
      `select pid, application_name, client_port, state, wait_event, state_change, query from pg_stat_activity`,
    );
    await keep('connections.ndjson', connections);
  } finally {
    await pool.end();
  }
};

const objectsOf = async (simulator: World['simulator'], cluster: string): Promise<object[]> =>
  Object.values(await simulator.objects(cluster)).map((object) => ({ cluster, ...object }));

const answerOf = async (kubeconfig: string): Promise<object> => {
  const server = /server: "?([^\s"]+)/.exec(kubeconfig)?.[1] ?? '';
  const answer = await fetch(`${server}/version`, { signal: AbortSignal.timeout(5_000) }).catch(String);
  return { server, answer: typeof answer === 'string' ? answer : answer.status };
};
