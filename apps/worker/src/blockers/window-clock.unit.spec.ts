import { WindowClock } from './window-clock';

const at = (time: string): number => Date.parse(time);
const nights = {
  window: 'nights',
  kind: 'Allow' as const,
  schedule: '0 22 * * *',
  duration: '8h',
  timezone: 'UTC',
  position: 7,
};

describe('the clock of windows', () => {
  it('answers the same standing until the window changes', () => {
    const clock = new WindowClock();
    const noon = clock.at(nights, at('2026-11-19T12:00:00Z'));
    expect(noon).toMatchObject({ open: false, changesAt: at('2026-11-19T22:00:00Z') });
    expect(clock.at(nights, at('2026-11-19T21:59:59Z'))).toBe(noon);
    expect(clock.at(nights, at('2026-11-19T22:00:00Z'))).toMatchObject({ open: true });
  });

  it('does not answer for an earlier time, nor for a window that was defined anew', () => {
    const clock = new WindowClock();
    clock.at(nights, at('2026-11-19T12:00:00Z'));
    expect(clock.at(nights, at('2026-11-19T05:00:00Z'))).toMatchObject({ open: true });
    const noons = { ...nights, schedule: '0 12 * * *', position: 9 };
    expect(clock.at(noons, at('2026-11-19T12:00:00Z'))).toMatchObject({ open: true });
  });
});
