import { DeadlineError, StoppedError } from '../errors';
import { HighWater } from './high-water';

describe('a high-water mark', () => {
  it('only rises, and lets go whoever waits for no more than it has reached', async () => {
    const water = new HighWater('test');
    const reached: number[] = [];
    const waits = [3, 5, 9].map((position) =>
      water.reach(position, 1_000).then(() => reached.push(position)),
    );
    const heard: number[] = [];
    const silence = water.onRaise((position) => heard.push(position));
    water.raise(5);
    water.raise(4);
    await Promise.all(waits.slice(0, 2));
    expect(reached).toEqual([3, 5]);
    expect(water).toMatchObject({ position: 5, awaited: true });
    silence();
    water.raise(9);
    await Promise.all(waits);
    expect(heard).toEqual([5]);
    expect(water.awaited).toBe(false);
    await water.reach(1, 0);
  });

  it('gives up at the deadline', async () => {
    const water = new HighWater('test');
    await expect(water.reach(1, 5)).rejects.toThrow(DeadlineError);
    expect(water.awaited).toBe(false);
  });

  it('lets nobody wait for ever when it is stopped', async () => {
    const water = new HighWater('test');
    const wait = water.reach(1, 60_000);
    water.stop();
    await expect(wait).rejects.toThrow(StoppedError);
  });
});
