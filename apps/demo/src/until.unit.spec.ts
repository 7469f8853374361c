import { NotSeenError, until } from './until';

describe('until', () => {
  it('looks again until something is seen', async () => {
    let looks = 0;
    expect(await until('three', () => ((looks += 1) === 3 ? 'seen' : undefined), { everyMs: 1 })).toBe(
      'seen',
    );
    expect(looks).toBe(3);
  });

  it('takes false and 0 for something that was seen', async () => {
    expect(await until('anything', () => false)).toBe(false);
    expect(await until('anything', () => 0)).toBe(0);
  });

  it('says at the deadline what was there instead', async () => {
    const late = until('all pods are Ready', (note) => void note('2 of 3'), { deadlineMs: 20, everyMs: 5 });
    await expect(late).rejects.toThrow(NotSeenError);
    await expect(late).rejects.toThrow('not seen within 0.02 s: all pods are Ready; instead: 2 of 3');
  });

  it('ends at once, with the reason, when it is interrupted', async () => {
    const stop = new AbortController();
    const waiting = until('never', () => undefined, { signal: stop.signal, everyMs: 60_000 });
    stop.abort(new Error('the server ended'));
    await expect(waiting).rejects.toThrow('the server ended');
  });

  it('lets a failing look fail', async () => {
    await expect(until('x', () => Promise.reject(new Error('no cluster')))).rejects.toThrow('no cluster');
  });
});
