import * as fc from 'fast-check';
import { silent } from '../logger';
import { ContiguousPump } from './contiguous-pump';
import { MemoryLog } from './memory-log.fixture';

const upTo = (last: number): number[] => Array.from({ length: last }, (_, n) => n + 1);

function pumpInto(log: MemoryLog, options: { batchSize?: number; failures?: number } = {}) {
  const seen: number[] = [];
  const sizes: number[] = [];
  const stopping = new AbortController();
  let failures = options.failures ?? 0;
  const onBatch = async (events: readonly { position: number }[]): Promise<void> => {
    if (failures-- > 0) throw new Error('not today');
    sizes.push(events.length);
    seen.push(...events.map((event) => event.position));
  };
  const pump = new ContiguousPump(
    log,
    { name: 'spec', after: 0, batchSize: options.batchSize, onBatch },
    silent,
    stopping.signal,
  );
  return { pump, seen, sizes, stopping };
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
    const { pump, seen } = pumpInto(log, { failures: 2 });
    const fed = pump.feed(log.events);
    expect(pump.position).toBe(0);
    await fed;
    expect({ seen, position: pump.position }).toEqual({ seen: upTo(3), position: 3 });
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
