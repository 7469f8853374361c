// Over 400 lines because it is one contract: both servers must pass all of it, and it is read as a whole.
import { openJobQueue, type JobHandler, type JobQueue, type Worker } from '@keelson/messaging';
import { eventually, gate } from './support/eventually';
import { recordingLogger, type RecordingLogger } from './support/recorded-log';

export interface JobServer {
  readonly database: string;
  readonly redis?: string;
  /** Cuts every client's connections, as a restart does. */
  cutConnections(): Promise<number>;
}

const catalog = { targets: ['apply'], runs: ['advance', 'bake'] };
const retries = { attempts: 3, backoffMs: 20 };
const empty = { waiting: 0, active: 0, delayed: 0 };

/** What every JobQueue does, whatever server is behind it. */
export function jobQueueContract(server: () => JobServer): void {
  let jobs: JobQueue;
  let logger: RecordingLogger;

  beforeEach(async () => {
    logger = recordingLogger();
    jobs = await openJobQueue({ ...server(), catalog, retries, logger });
  });
  afterEach(async () => {
    await jobs.close();
  });

  const apply = (key: string, delayMs?: number): Promise<void> =>
    jobs.add('targets', { name: 'apply', key, data: { target: key }, delayMs });
  const work = (handler: JobHandler, concurrency = 4): Promise<Worker> =>
    jobs.process('targets', { apply: handler }, { concurrency });
  const drained = (): Promise<unknown> =>
    eventually(
      'nothing is left',
      () => jobs.counts('targets'),
      (counts) => same(counts, empty),
    );

  describe('running', () => {
    it('hands the data and the key to the handler', async () => {
      const seen: unknown[] = [];
      await work(async (data, { key, queue, attempt }) => void seen.push({ data, key, queue, attempt }));
      await apply('shop/eu-1');
      await eventually(
        'the job ran',
        () => seen.length,
        (ran) => ran === 1,
      );
      expect(seen).toEqual([
        { data: { target: 'shop/eu-1' }, key: 'shop/eu-1', queue: 'targets', attempt: 1 },
      ]);
      await drained();
    });

    it('runs as many at a time as it is told', async () => {
      const hold = gate();
      let active = 0;
      let most = 0;
      await work(async () => {
        most = Math.max(most, ++active);
        await hold.opened;
        active--;
      }, 3);
      await Promise.all(Array.from({ length: 8 }, (_, n) => apply(`shop/${n}`)));
      await eventually(
        'three run',
        () => active,
        (now) => now === 3,
      );
      hold.open();
      await drained();
      expect(most).toBe(3);
    });

    it('keeps queues apart', async () => {
      const seen: string[] = [];
      await work(async (_, { key }) => void seen.push(`targets ${key}`));
      await jobs.process(
        'runs',
        {
          advance: async (_, { key }) => void seen.push(`advance ${key}`),
          bake: async (_, { key }) => void seen.push(`bake ${key}`),
        },
        { concurrency: 1 },
      );
      await apply('a');
      await jobs.add('runs', { name: 'bake', key: 'a', data: {} });
      await eventually(
        'both ran',
        () => seen.length,
        (ran) => ran === 2,
      );
      expect(seen.sort()).toEqual(['bake a', 'targets a']);
    });
  });

  describe('coalescing', () => {
    it('makes one of many jobs of a key that wait', async () => {
      for (let n = 0; n < 20; n++) await apply('shop/eu-1');
      expect(await jobs.counts('targets')).toEqual({ ...empty, waiting: 1 });
      let ran = 0;
      await work(async () => void ran++);
      await drained();
      expect(ran).toBe(1);
    });

    it('runs once more for all that came while the key was running, and not beside it', async () => {
      const hold = gate();
      let ran = 0;
      let active = 0;
      let most = 0;
      await work(async () => {
        ran++;
        most = Math.max(most, ++active);
        if (ran === 1) await hold.opened;
        active--;
      });
      await apply('shop/eu-1');
      await eventually(
        'it runs',
        () => ran,
        (now) => now === 1,
      );
      for (let n = 0; n < 5; n++) await apply('shop/eu-1');
      hold.open();
      await drained();
      expect({ ran, most }).toEqual({ ran: 2, most: 1 });
    });

    it('runs again what came while the key was running and then failed', async () => {
      const hold = gate();
      const runs: number[] = [];
      await work(async (_, { attempt }) => {
        runs.push(attempt);
        if (runs.length === 1) await hold.opened;
        if (runs.length <= retries.attempts) throw new Error('not today');
      });
      await apply('shop/eu-1');
      await eventually(
        'it runs',
        () => runs.length,
        (now) => now === 1,
      );
      await apply('shop/eu-1');
      hold.open();
      await drained();
      expect(runs).toEqual([1, 2, 3, 1]);
    });

    it('takes the same key again after completion, a hundred times', async () => {
      let ran = 0;
      await work(async () => void ran++);
      for (let n = 1; n <= 100; n++) {
        await apply('shop/eu-1');
        await eventually(
          `run ${n}`,
          () => ran,
          (now) => now >= n,
          5_000,
        );
      }
      await drained();
      expect(ran).toBe(100);
    });

    it('takes the same key again after it failed for the last time', async () => {
      let ran = 0;
      await work(async () => {
        if (++ran <= retries.attempts) throw new Error('not today');
      });
      await apply('shop/eu-1');
      await eventually(
        'it is dropped',
        () => logger.count('dropped'),
        (times) => times === 1,
      );
      await drained();
      await apply('shop/eu-1');
      await eventually(
        'it runs again',
        () => ran,
        (now) => now === retries.attempts + 1,
      );
      await drained();
    });

    it('loses none of a storm of additions to running keys', async () => {
      const keys = ['a', 'b', 'c'];
      const wanted = new Map<string, number>();
      const seen = new Map<string, number>();
      await work(async (_, { key }) => void seen.set(key, wanted.get(key) ?? 0));
      for (let n = 1; n <= 150; n++) {
        await Promise.all(
          keys.map(async (key) => {
            wanted.set(key, n);
            await apply(key);
          }),
        );
      }
      await drained();
      expect(Object.fromEntries(seen)).toEqual({ a: 150, b: 150, c: 150 });
    });
  });

  describe('delays', () => {
    it('keeps a job until it is due', async () => {
      let ranAt = 0;
      await work(async () => void (ranAt = Date.now()));
      const addedAt = Date.now();
      await apply('shop/eu-1', 300);
      expect(await jobs.counts('targets')).toEqual({ ...empty, delayed: 1 });
      await eventually(
        'it ran',
        () => ranAt,
        (at) => at > 0,
      );
      expect(ranAt - addedAt).toBeGreaterThanOrEqual(290);
      await drained();
    });

    it('wakes an idle worker for an earlier one that replaces a later one, not the other way round', async () => {
      let ran = 0;
      await work(async () => void ran++);
      await apply('earlier last', 60_000);
      await apply('earlier last', 50);
      await eventually(
        'the earlier one ran',
        () => ran,
        (now) => now === 1,
      );
      await drained();
      await apply('earlier first', 200);
      await apply('earlier first', 60_000);
      await eventually(
        'the earlier one ran',
        () => ran,
        (now) => now === 2,
      );
      await drained();
    });

    it('does not hold up a job that is to run at once', async () => {
      let ran = 0;
      await work(async () => void ran++);
      await apply('shop/eu-1', 60_000);
      await apply('shop/eu-1');
      await eventually(
        'it ran',
        () => ran,
        (now) => now === 1,
      );
      await eventually(
        'the timer is left',
        () => jobs.counts('targets'),
        (c) => same(c, { ...empty, delayed: 1 }),
      );
    });

    it('runs at once what came while the key was running, though the handler asks for a later look', async () => {
      const hold = gate();
      let ran = 0;
      await work(async (_, { key }) => {
        if (++ran > 1) return;
        await hold.opened;
        await apply(key, 60_000);
      });
      await apply('shop/eu-1');
      await eventually(
        'it runs',
        () => ran,
        (now) => now === 1,
      );
      await apply('shop/eu-1');
      hold.open();
      await eventually(
        'it ran again',
        () => ran,
        (now) => now === 2,
      );
    });

    it('lets a handler ask to be called again, and again', async () => {
      let ran = 0;
      await work(async (_, { key }) => {
        if (++ran < 30) await apply(key, 5);
      });
      await apply('shop/eu-1', 5);
      await eventually(
        'thirty runs',
        () => ran,
        (now) => now === 30,
      );
      await drained();
    });
  });

  describe('failing', () => {
    it('tries a bounded number of times, further and further apart, then drops the job and says so', async () => {
      const at: number[] = [];
      await work(async () => {
        at.push(Date.now());
        throw new Error('the cluster is on fire');
      });
      await apply('shop/eu-1');
      await drained();
      expect(at).toHaveLength(retries.attempts);
      expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(retries.backoffMs / 2);
      expect(at[2]! - at[1]!).toBeGreaterThanOrEqual(retries.backoffMs);
      await eventually(
        'it is said',
        () => logger.count('dropped'),
        (times) => times === 1,
      );
      expect(logger.count('on fire')).toBe(retries.attempts);
    });

    it('runs at once what comes while a retry is waited for', async () => {
      await jobs.close();
      jobs = await openJobQueue({ ...server(), catalog, retries: { backoffMs: 60_000 }, logger });
      let ran = 0;
      await work(async () => {
        if (++ran === 1) throw new Error('not today');
      });
      await apply('shop/eu-1');
      await eventually(
        'a retry waits',
        () => jobs.counts('targets'),
        (c) => same(c, { ...empty, delayed: 1 }),
      );
      await apply('shop/eu-1');
      await drained();
      expect(ran).toBe(2);
    });
  });

  describe('the catalog', () => {
    it('refuses to work without a handler for every name', async () => {
      await expect(
        jobs.process('runs', { advance: async () => undefined }, { concurrency: 1 }),
      ).rejects.toThrow('queue runs: no handler for bake');
    });

    it('refuses handlers, jobs and queues that it does not know', async () => {
      const handlers = { apply: async () => undefined, prune: async () => undefined };
      await expect(jobs.process('targets', handlers, { concurrency: 1 })).rejects.toThrow('no job prune');
      await expect(jobs.add('targets', { name: 'prune', key: 'a', data: {} })).rejects.toThrow(
        'no job prune',
      );
      await expect(jobs.add('nodes', { name: 'drain', key: 'a', data: {} })).rejects.toThrow(
        'no queue nodes',
      );
    });
  });

  describe('stopping', () => {
    it('waits for running handlers and takes nothing more', async () => {
      const hold = gate();
      const seen: string[] = [];
      const worker = await work(async (_, { key }) => {
        seen.push(`${key} begins`);
        await hold.opened;
        seen.push(`${key} ends`);
      }, 1);
      await apply('first');
      await eventually(
        'it runs',
        () => seen.length,
        (now) => now === 1,
      );
      await apply('second');
      const stopped = worker.stop();
      hold.open();
      await stopped;
      expect(seen).toEqual(['first begins', 'first ends']);
      expect(await jobs.counts('targets')).toEqual({ ...empty, waiting: 1 });
    });

    it('leaves a handler that does not end, and another worker takes its job up', async () => {
      const hold = gate();
      let signalled = false;
      let began = 0;
      const worker = await work(async (_, { signal }) => {
        began++;
        signal.addEventListener('abort', () => (signalled = true));
        await hold.opened;
      });
      await apply('shop/eu-1');
      await eventually(
        'it runs',
        () => began,
        (now) => now === 1,
      );
      await worker.stop(50);
      expect(signalled).toBe(true);

      let taken = 0;
      await work(async () => void taken++);
      await eventually(
        'it is taken up',
        () => taken,
        (now) => now === 1,
      );
      await drained();
      hold.open();
    });
  });

  describe('lost connections', () => {
    it('goes on after all of them were cut, idle and busy', async () => {
      let ran = 0;
      await work(async () => void ran++);
      await apply('before');
      await drained();
      for (let round = 1; round <= 3; round++) {
        expect(await server().cutConnections()).toBeGreaterThan(0);
        await apply(`after ${round}`);
        await eventually(
          'it ran',
          () => ran,
          (now) => now === round + 1,
          20_000,
        );
      }
      await drained();
    });

    it('finishes a job whose connections were cut while it ran', async () => {
      const hold = gate();
      let ran = 0;
      await work(async () => {
        if (++ran === 1) await hold.opened;
      });
      await apply('shop/eu-1');
      await eventually(
        'it runs',
        () => ran,
        (now) => now === 1,
      );
      await server().cutConnections();
      hold.open();
      await apply('shop/eu-1');
      await eventually(
        'the later one ran',
        () => ran,
        (now) => now >= 2,
        45_000,
      );
      await drained();
    }, 60_000);
  });
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
