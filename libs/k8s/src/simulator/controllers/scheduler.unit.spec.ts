import fc from 'fast-check';
import { VirtualClock } from '../testing/virtual-clock';
import { Scheduler } from './scheduler';
import { WorkQueue } from './work-queue';

describe('the scheduler', () => {
  it('runs tasks by due time, and those of the same time in the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (delays) => {
        const clock = new VirtualClock();
        const scheduler = new Scheduler(clock);
        const ran: [number, number][] = [];
        delays.forEach((delay, index) => scheduler.after(delay, () => ran.push([delay, index])));
        clock.advance(20);
        const expected = delays.map((delay, index): [number, number] => [delay, index]);
        expect(ran).toEqual(expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]));
        expect(clock.pending).toBe(0);
      }),
    );
  });

  it('runs what a task adds, and nothing before its time', () => {
    const clock = new VirtualClock();
    const scheduler = new Scheduler(clock);
    const ran: string[] = [];
    scheduler.after(10, () => {
      ran.push('first');
      scheduler.after(5, () => ran.push('second'));
    });
    clock.advance(14);
    expect(ran).toEqual(['first']);
    clock.advance(1);
    expect(ran).toEqual(['first', 'second']);
  });

  it('does nothing more once it is stopped, and leaves no timer', () => {
    const clock = new VirtualClock();
    const scheduler = new Scheduler(clock);
    scheduler.after(1, () => {
      throw new Error('must not run');
    });
    scheduler.stop();
    scheduler.after(1, () => undefined);
    expect(clock.pending).toBe(0);
    clock.advance(10);
  });
});

describe('a work queue', () => {
  it('looks at a key once, however often it was added', () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    const queue = new WorkQueue(new Scheduler(clock), clock, (key) => {
      seen.push(key);
      return undefined;
    });
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    clock.advance(0);
    expect(seen).toEqual(['a', 'b']);
  });

  it('looks again when it was told to, at the earliest of several times', () => {
    const clock = new VirtualClock();
    const at: number[] = [];
    const waits = [30, 10, undefined];
    const queue = new WorkQueue(new Scheduler(clock), clock, () => {
      at.push(clock.now());
      return waits[at.length - 1];
    });
    queue.add('a');
    clock.advance(0);
    queue.add('a');
    clock.advance(100);
    expect(at).toEqual([0, 0, 10]);
  });
});
