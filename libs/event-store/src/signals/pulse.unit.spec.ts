import { Pulse } from './pulse';

describe('a pulse', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const recorded = (max: () => number) => {
    const beats: number[] = [];
    const pulse = new Pulse(() => beats.push(Date.now()), { min: 25, max });
    jest.setSystemTime(0);
    return { beats, pulse };
  };

  it('slows down to its maximum, and is quick again when told', () => {
    const { beats, pulse } = recorded(() => 200);
    pulse.start();
    jest.advanceTimersByTime(600);
    expect(beats).toEqual([25, 75, 175, 375, 575]);
    pulse.quicken();
    jest.advanceTimersByTime(100);
    expect(beats.slice(5)).toEqual([625, 675]);
    pulse.stop();
    jest.advanceTimersByTime(10_000);
    expect(beats).toHaveLength(7);
  });

  it('asks for its maximum anew each time: it falls when notifications stop arriving', () => {
    let max = 1_000;
    const { beats, pulse } = recorded(() => max);
    pulse.start();
    jest.advanceTimersByTime(2_000);
    max = 50;
    beats.length = 0;
    jest.advanceTimersByTime(2_000);
    expect(beats.length).toBeGreaterThan(20);
    pulse.stop();
  });
});
