import { setTimeout as delay } from 'node:timers/promises';
import { table } from '@keelson/cli';
import { until } from '@keelson/demo';
import { BenchFleet } from './bench-fleet';
import type { BenchOptions } from './options';
import { cpuSeconds } from './server-metrics';
import { rounded } from './statistics';

export interface IdleResult {
  readonly benchmark: 'idle';
  readonly clusters: number;
  readonly seconds: number;
  /** Of one core, of the server's process. */
  readonly cpuPercent: number;
  /** Requests that could have changed something in any cluster. */
  readonly writes: number;
  readonly requests: number;
}

const QUIET_MS = 60_000;
const QUIET_FOR_MS = 2_000;

/** What a fleet costs in which nothing happens: an application in every cluster, all converged. */
export const idle = (options: BenchOptions): Promise<IdleResult> =>
  BenchFleet.use(options, async (fleet) => {
    await fleet.succeeded(await fleet.release(0));
    await becomeQuiet(fleet);
    await fleet.simulator.reset();
    const before = await cpuSeconds(fleet.plane);
    const started = performance.now();
    await delay(options.seconds * 1_000, undefined, { signal: fleet.signal });
    const used = (await cpuSeconds(fleet.plane)) - before;
    const lasted = (performance.now() - started) / 1_000;
    const { writes, total } = await fleet.simulator.counts();
    return {
      benchmark: 'idle',
      clusters: options.clusters,
      seconds: options.seconds,
      cpuPercent: rounded((100 * used) / lasted, 2),
      writes,
      requests: total,
    };
  });

/** What a release still does after its end must not be counted as idleness. */
const becomeQuiet = async (fleet: BenchFleet): Promise<void> => {
  await until(
    'the fleet is quiet',
    async (note) => {
      await fleet.simulator.reset();
      await delay(QUIET_FOR_MS, undefined, { signal: fleet.signal });
      const { writes } = await fleet.simulator.counts();
      note(`${writes} writes in ${QUIET_FOR_MS} ms`);
      return writes === 0 || undefined;
    },
    { deadlineMs: QUIET_MS, signal: fleet.signal },
  );
};

export const idleText = ({ clusters, seconds, cpuPercent, writes, requests }: IdleResult): string =>
  [
    `${clusters} connected clusters, nothing to do, for ${seconds} s`,
    table(
      ['', 'MEASURED', 'GOAL'],
      [
        ['CPU of the server, of one core', `${cpuPercent} %`, '< 5 %'],
        ['writes to the clusters', String(writes), '0'],
        ['requests to the clusters', String(requests), ''],
      ],
    ),
  ].join('\n');
