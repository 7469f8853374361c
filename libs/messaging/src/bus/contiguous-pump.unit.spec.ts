import * as fc from 'fast-check';
import { ContiguousPump } from './contiguous-pump';
import { MemoryLog } from './memory-log.fixture';

const upTo = (last: number): number[] => Array.from({ length: last }, (_, n) => n + 1);

type Answer = (events: readonly { position: number }[]) => number | undefined;

function pumpInto(log: MemoryLog, options: { batchSize?: number; failures?: number; answer?: Answer } = {}) {
  const seen: number[] = [];
  const sizes: number[] = [];
  const errors: unknown[] = [];
  const stopping = new AbortController();
  let failures = options.failures ?? 0;
  const onBatch = async (events: readonly { position: number }[]): Promise<number | void> => {
    if (failures-- > 0) throw new Error('not today');
    sizes.push(events.length);
    seen.push(...events.map((event) => event.position));
    return options.answer?.(events);
  };
  const pump = new ContiguousPump(
    log,
    { name: 'spec', after: 0, batchSize: options.batchSize, onBatch },
    (error) => errors.push(error),
    stopping.signal,
  );
  return { pump, seen, sizes, errors, stopping };
}

describe('the pump', () => {
  it('delivers every position once and in order, whatever its feeds bring', async () => {
    const feeds = fc.array(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 15 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(feeds, fc.integer({ min: 1, max: 7 }), async (brought, batchSize) => {
        const log = new MemoryLog();
        log.append(40);
        const { pump, seen, sizes } = pumpInto(log, { batchSize });
        await Promise.all(
          brought.map((feed) => pump.feed(feed.map((position) => log.events[position - 1]!))),
        );
        const last = Math.max(0, ...brought.flat());
        expect(seen).toEqual(upTo(last));
        expect(pump.position).toBe(last);
        expect(sizes.every((size) => size > 0 && size <= batchSize)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('asks the log for nothing that it was given', async () => {
    const log = new MemoryLog();
    log.append(20);
    const { pump, seen } = pumpInto(log);
    await pump.feed(log.events.slice(0, 12));
    await pump.feed(log.events.slice(9, 20));
    expect({ reads: log.reads, seen }).toEqual({ reads: 0, seen: upTo(20) });
  });

  it('fills a gap even when the log cannot be read at first', async () => {
    const log = new MemoryLog();
    log.append(5);
    const { pump, seen } = pumpInto(log);
    log.failure = new Error('the database restarts');
    const fed = pump.feed([log.events[4]!]);
    while (log.reads < 2) await new Promise(setImmediate);
    log.failure = undefined;
    await fed;
    expect(seen).toEqual(upTo(5));
  });

  it('moves only when the receiver has dealt with the batch', async () => {
    const log = new MemoryLog();
    log.append(3);
    const { pump, seen, errors } = pumpInto(log, { failures: 2 });
    const fed = pump.feed(log.events);
    expect(pump.position).toBe(0);
    await fed;
    expect({ seen, position: pump.position }).toEqual({ seen: upTo(3), position: 3 });
    expect(errors).toEqual([new Error('not today'), new Error('not today')]);
  });

  it('goes on from where the receiver says that it is, ahead or behind', async () => {
    const log = new MemoryLog();
    log.append(12);
    let pulledBack = false;
    const { pump, seen } = pumpInto(log, {
      batchSize: 3,
      answer: (events) => {
        const last = events.at(-1)?.position ?? 0;
        if (last === 3) return 5; // somebody else has done 4 and 5
        if (last !== 12 || pulledBack) return undefined;
        pulledBack = true;
        return 9; // what came after 9 was lost
      },
    });
    await pump.feed(log.events);
    expect(seen).toEqual([1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 10, 11, 12]);
    expect(pump.position).toBe(12);
  });

  it('lets a receiver that others overtake, and that loses its last work, deal with each event once', async () => {
    const feeds = fc.array(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 12 }), { maxLength: 6 });
    const happenings = fc.array(fc.integer({ min: -6, max: 6 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(feeds, happenings, async (brought, moves) => {
        const log = new MemoryLog();
        log.append(30);
        // The read model behind a checkpoint; a move sets it ahead by another process, or back by a crash.
        let done: number[] = [];
        const { pump } = pumpInto(log, {
          batchSize: 4,
          answer: (events) => {
            done = upTo(Math.min(30, Math.max(0, done.length + (moves.shift() ?? 0))));
            if (events[0]?.position !== done.length + 1) return done.length;
            done.push(...events.map((event) => event.position));
            return undefined;
          },
        });
        for (const feed of brought) await pump.feed(feed.map((position) => log.events[position - 1]!));
        expect(done).toEqual(upTo(done.length));
        expect(pump.position).toBe(done.length);
        expect(done.length).toBeGreaterThanOrEqual(Math.max(0, ...brought.map((feed) => feed.at(-1) ?? 0)));
      }),
      { numRuns: 300 },
    );
  });

  it('gives up when it is stopped, and says so to the feed', async () => {
    const log = new MemoryLog();
    log.append(3);
    const { pump, stopping } = pumpInto(log, { failures: Infinity });
    const fed = pump.feed(log.events);
    stopping.abort(new Error('stopping'));
    await expect(fed).rejects.toThrow();
    await pump.idle();
    expect(pump.position).toBe(0);
  });
});
