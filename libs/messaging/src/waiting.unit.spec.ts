import { backoff, pause } from './waiting';

describe('backoff', () => {
  it('doubles up to its maximum, within the upper half', () => {
    const limits = [100, 200, 400, 800, 1_000, 1_000];
    for (const [attempt, limit] of limits.entries()) {
      const ms = backoff(attempt, { base: 100, max: 1_000 });
      expect(ms).toBeGreaterThanOrEqual(limit / 2);
      expect(ms).toBeLessThanOrEqual(limit);
    }
  });

  it('stays finite after any number of attempts', () => {
    expect(backoff(100_000, { base: 100, max: 5_000 })).toBeLessThanOrEqual(5_000);
  });
});

describe('pause', () => {
  it('ends when the signal fires, before or during it', async () => {
    const stopping = new AbortController();
    const paused = pause(60_000, stopping.signal);
    stopping.abort();
    await paused;
    await pause(60_000, stopping.signal);
  });
});
