import { given, typesOf } from '../kernel/scenario';
import { windowDecider, type WindowEvent } from './decider';
import { validateWindow, windowAt, windowSelects, type Window, type WindowDefinition } from './window';

const at = (time: string): number => Date.parse(time);
const nights = (change: Partial<Window> = {}): Window => ({
  window: 'nights',
  kind: 'Allow',
  schedule: '0 22 * * 1-5',
  duration: '8h',
  timezone: 'Europe/Berlin',
  ...change,
});

describe('a window at a time', () => {
  it.each([
    // Thursday 19 November 2026; Berlin is an hour ahead of UTC.
    ['before it starts', {}, '2026-11-19T20:59:59.999Z', false, '2026-11-19T21:00:00Z'],
    ['when it starts', {}, '2026-11-19T21:00:00Z', true, '2026-11-20T05:00:00Z'],
    ['while it lasts', {}, '2026-11-20T04:59:59.999Z', true, '2026-11-20T05:00:00Z'],
    ['when it ends', {}, '2026-11-20T05:00:00Z', false, '2026-11-20T21:00:00Z'],
    ['over the weekend', {}, '2026-11-21T12:00:00Z', false, '2026-11-23T21:00:00Z'],
    ['in the night to Saturday', {}, '2026-11-21T04:00:00Z', true, '2026-11-21T05:00:00Z'],
    ['in summer', {}, '2026-07-02T20:00:00Z', true, '2026-07-03T04:00:00Z'],
    // 29 March 2026: 02:00 becomes 03:00. 25 October 2026: 03:00 becomes 02:00.
    [
      'across the lost hour',
      { schedule: '0 22 * * *' },
      '2026-03-29T04:30:00Z',
      true,
      '2026-03-29T05:00:00Z',
    ],
    [
      'across the hour that comes twice',
      { schedule: '0 22 * * *' },
      '2026-10-25T03:30:00Z',
      true,
      '2026-10-25T04:00:00Z',
    ],
    [
      'that starts in the lost hour',
      { schedule: '30 2 * * *', duration: '1h' },
      '2026-03-29T01:30:00Z',
      true,
      '2026-03-29T02:30:00Z',
    ],
    [
      'a day after the lost hour',
      { schedule: '30 2 * * *', duration: '1h' },
      '2026-03-30T00:29:00Z',
      false,
      '2026-03-30T00:30:00Z',
    ],
    [
      'that starts in the hour that comes twice',
      { schedule: '30 2 * * *', duration: '30m' },
      '2026-10-25T00:30:00Z',
      true,
      '2026-10-25T01:00:00Z',
    ],
    [
      'and does not start in it again',
      { schedule: '30 2 * * *', duration: '30m' },
      '2026-10-25T01:30:00Z',
      false,
      '2026-10-26T01:30:00Z',
    ],
    [
      'that starts every hour, in the repeated hour too',
      { schedule: '0 * * * *', duration: '30m' },
      '2026-10-25T01:10:00Z',
      true,
      '2026-10-25T01:30:00Z',
    ],
    [
      'whose day has 23 hours',
      { schedule: '0 0 * * *', duration: '24h' },
      '2026-03-29T22:30:00Z',
      true,
      '2026-03-29T23:00:00Z',
    ],
    ['in another zone', { timezone: 'Asia/Kolkata' }, '2026-11-19T16:30:00Z', true, '2026-11-20T00:30:00Z'],
    [
      'whose every day is one',
      { schedule: '0 0 * * *', duration: '24h', timezone: 'UTC' },
      '2026-11-19T00:00:00Z',
      true,
      '2026-11-20T00:00:00Z',
    ],
    [
      'on a leap day',
      { schedule: '0 0 29 2 *', duration: '1h', timezone: 'UTC' },
      '2026-11-19T00:00:00Z',
      false,
      '2028-02-29T00:00:00Z',
    ],
    [
      'on a first Monday',
      { schedule: '0 0 * * 1#1', duration: '1h', timezone: 'UTC' },
      '2026-12-07T00:59:00Z',
      true,
      '2026-12-07T01:00:00Z',
    ],
  ])('%s', (_, change, now, open, changesAt) => {
    const window = nights(change);
    expect(windowAt(window, at(now))).toEqual({ window, open, changesAt: at(changesAt) });
  });

  it.each([
    ['2026-03-25T00:00:00Z', '2026-04-02T00:00:00Z'],
    ['2026-10-21T00:00:00Z', '2026-10-29T00:00:00Z'],
  ])('changes exactly when it says, around a change of the clock: %s to %s', (from, to) => {
    for (const schedule of ['30 2 * * *', '0 22 * * *', '15 */6 * * *']) {
      const window = nights({ schedule, duration: '4h' });
      let turns = 0;
      for (let now = at(from); now < at(to); turns += 1) {
        const { open, changesAt = 0 } = windowAt(window, now);
        expect(changesAt).toBeGreaterThan(now);
        expect(windowAt(window, changesAt - 1)).toMatchObject({ open, changesAt });
        expect(windowAt(window, changesAt).open).toBe(!open);
        now = changesAt;
      }
      expect(turns).toBeGreaterThan(14);
    }
  });
});

describe('the selectors of a window', () => {
  const target = { applicationLabels: { team: 'shop' }, clusterLabels: { tier: 'prod', region: 'eu' } };
  const expression = (
    operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist',
    key: string,
    ...values: string[]
  ) => ({
    matchExpressions: [{ key, operator, ...(values.length > 0 ? { values } : {}) }],
  });
  it.each([
    ['none', {}, true],
    ['an application', { applicationSelector: { matchLabels: { team: 'shop' } } }, true],
    ['another application', { applicationSelector: { matchLabels: { team: 'core' } } }, false],
    ['a cluster', { clusterSelector: expression('In', 'region', 'eu', 'us') }, true],
    ['another cluster', { clusterSelector: expression('NotIn', 'region', 'eu') }, false],
    [
      'both',
      {
        applicationSelector: expression('Exists', 'team'),
        clusterSelector: { matchLabels: { tier: 'prod' } },
      },
      true,
    ],
    [
      'the application, not the cluster',
      {
        applicationSelector: expression('Exists', 'team'),
        clusterSelector: expression('DoesNotExist', 'tier'),
      },
      false,
    ],
    [
      'labels and expressions together',
      {
        clusterSelector: {
          matchLabels: { tier: 'prod' },
          matchExpressions: [
            { key: 'region', operator: 'In' as const, values: ['eu'] },
            { key: 'edge', operator: 'DoesNotExist' as const },
          ],
        },
      },
      true,
    ],
  ])('%s', (_, change, selected) => expect(windowSelects(nights(change), target)).toBe(selected));
});

describe('a window that is defined', () => {
  it.each([
    ['four fields', { schedule: '0 0 * *' }, '/schedule'],
    ['six fields', { schedule: '0 0 0 * * *' }, '/schedule'],
    ['a field out of range', { schedule: '0 25 * * *' }, '/schedule'],
    ['a day that never comes', { schedule: '0 0 31 2 *' }, '/schedule'],
    ['a random minute', { schedule: 'H 2 * * *' }, '/schedule'],
    ['a nickname', { schedule: '@daily' }, '/schedule'],
    ['a zone that is none', { timezone: 'Mars/Olympus' }, '/timezone'],
    ['an offset', { timezone: '+02:00' }, '/timezone'],
    ['no duration', { duration: '8' }, '/duration'],
    ['an empty duration', { duration: '0s' }, '/duration'],
    ['a duration that is longer than a period', { schedule: '0 * * * *', duration: '61m' }, '/duration'],
    [
      'a duration that meets the next start once a month',
      { schedule: '0 0 1,31 * *', duration: '2d' },
      '/duration',
    ],
    [
      'a bad selector',
      { clusterSelector: { matchExpressions: [{ key: 'a', operator: 'In' as const }] } },
      '/clusterSelector/matchExpressions/0/values',
    ],
    [
      'a bad label',
      { applicationSelector: { matchLabels: { 'a b': 'c' } } },
      '/applicationSelector/matchLabels/a b',
    ],
  ])('refuses %s by its path', (_, change: Partial<WindowDefinition>, path) => {
    expect(validateWindow(nights(change)).map((error) => error.path)).toEqual([path]);
  });

  it.each([
    ['it is', {}],
    ['a whole period', { schedule: '0 0 * * *', duration: '24h' }],
    ['names of days', { schedule: '0 0 * * MON-FRI', duration: '1h' }],
    ['steps and lists', { schedule: '*/15 8-18/2 * JAN,jul *', duration: '15m' }],
    ['the last day of the month', { schedule: '0 0 L * *', duration: '1d' }],
  ])('takes %s', (_, change) => expect(validateWindow(nights(change))).toEqual([]));
});

describe('the stream of a window', () => {
  const { window, ...definition } = nights();
  const defined: WindowEvent = { type: 'WindowDefined', data: { window, ...definition } };
  const define = { type: 'DefineWindow' as const, window, definition };

  it('has what changed, and nothing when nothing did', () => {
    expect(given(windowDecider, []).when(define)).toEqual({ ok: true, events: [defined] });
    expect(given(windowDecider, [defined]).when(define)).toEqual({ ok: true, events: [] });
    const longer = { ...define, definition: { ...definition, duration: '9h' } };
    expect(typesOf(given(windowDecider, [defined]).when(longer))).toEqual(['WindowDefined']);
  });

  it('ends, and may begin again', () => {
    const deleted: WindowEvent = { type: 'WindowDeleted', data: { window } };
    expect(given(windowDecider, [defined]).when({ type: 'DeleteWindow' })).toEqual({
      ok: true,
      events: [deleted],
    });
    expect(typesOf(given(windowDecider, [defined, deleted]).when({ type: 'DeleteWindow' }))).toEqual([
      'rejected: window-not-found',
    ]);
    expect(typesOf(given(windowDecider, [defined, deleted]).when(define))).toEqual(['WindowDefined']);
  });
});
