/**
 * `npm run test:backends`: the contracts of the bus, the job queue and the event store on PostgreSQL, Redis
 * and a Kafka-protocol broker. Uses DATABASE_URL, REDIS_URL and KAFKA_BROKERS where they are set, and
 * starts what is missing. A backend that cannot be had is a failure, never a skipped test. Further arguments
 * go to Jest.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { startKafka } from './kafka.mjs';
import { startPostgres } from './postgres.mjs';
import { startRedis } from './redis.mjs';
import { Unavailable } from './shell.mjs';

const root = join(import.meta.dirname, '..', '..');
const backends = { DATABASE_URL: startPostgres, REDIS_URL: startRedis, KAFKA_BROKERS: startKafka };
const suites = ['--selectProjects', 'backends', 'integration'];
const paths = ['--testPathPatterns', 'test/backends/', 'test/integration/event-store/'];

const stops = [];
let jest;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => jest?.kill(signal));

try {
  const env = { ...process.env };
  for (const [variable, start] of Object.entries(backends)) {
    if (!env[variable]) {
      const { url, stop } = await start();
      stops.unshift(stop);
      env[variable] = url;
    }
    console.log(`${variable}=${env[variable].replace(/:[^:@/]*@/, ':***@')}`);
  }
  process.exitCode = await runJest(env);
} catch (error) {
  // A system error (no right to write the cache, no such folder) says it in one line as well.
  if (!(error instanceof Unavailable) && !error.code) throw error;
  console.error(`test:backends: ${error.message}`);
  process.exitCode = 1;
} finally {
  for (const stop of stops) await stop();
}

/** Resolves to Jest's exit code. */
function runJest(env) {
  const program = createRequire(import.meta.url).resolve('jest/bin/jest');
  // Two suites at a time would share the brokers' and the database's cores, and their timings.
  const args = [program, '--runInBand', ...suites, ...paths, ...process.argv.slice(2)];
  return new Promise((resolve) => {
    jest = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
    jest.on('close', (code) => resolve(code ?? 1));
  });
}
