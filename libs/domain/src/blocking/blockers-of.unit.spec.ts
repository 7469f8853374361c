import type { Hold } from '../hold';
import type { TargetPhase } from '../target';
import { windowAt, type Window } from '../window';
import { blockersOf, type DependencyStanding, type Standing } from './blockers-of';

const target = {
  application: 'shop',
  project: 'web',
  applicationLabels: { team: 'shop' },
  cluster: 'eu-1',
  clusterLabels: { tier: 'prod' },
};
const at = (time: string): number => Date.parse(time);
const NOON = at('2026-11-19T12:00:00Z');

const blocked = (standing: Partial<Standing>) =>
  blockersOf(target, { holds: [], windows: [], dependencies: [], ...standing });

const daily = (window: string, kind: 'Allow' | 'Deny', hour: number, hours: number, change = {}): Window => ({
  window,
  kind,
  schedule: `0 ${hour} * * *`,
  duration: `${hours}h`,
  timezone: 'UTC',
  ...change,
});

it('nothing blocks when there is nothing', () => {
  expect(blocked({})).toEqual({ blockers: [] });
});

describe('holds', () => {
  const hold = (id: string, owner: string, scope = {}): Hold => ({
    hold: id,
    owner,
    reason: 'migration',
    ...scope,
  });

  it('block together: one of two that is released leaves the other', () => {
    const [ann, bob] = [hold('h1', 'ann'), hold('h2', 'bob', { application: 'shop' })];
    expect(blocked({ holds: [ann, bob] }).blockers).toEqual([
      { kind: 'Hold', id: 'h1', message: 'held by ann: migration' },
      { kind: 'Hold', id: 'h2', message: 'held by bob: migration' },
    ]);
    expect(blocked({ holds: [bob] }).blockers).toHaveLength(1);
  });

  it('block only what they cover', () => {
    expect(blocked({ holds: [hold('h1', 'ann', { cluster: 'us-1' })] }).blockers).toEqual([]);
  });
});

describe('windows', () => {
  const table: [what: string, windows: Window[], ids: string[], changeAt: string | undefined][] = [
    ['an Allow window that is open', [daily('day', 'Allow', 8, 8)], [], '2026-11-19T16:00:00Z'],
    ['an Allow window that is closed', [daily('night', 'Allow', 22, 8)], ['night'], '2026-11-19T22:00:00Z'],
    [
      'one of two Allow windows, which overlap',
      [daily('day', 'Allow', 8, 8), daily('late', 'Allow', 14, 8)],
      [],
      '2026-11-19T14:00:00Z',
    ],
    [
      'two Allow windows that are closed',
      [daily('night', 'Allow', 22, 8), daily('evening', 'Allow', 18, 2)],
      ['night', 'evening'],
      '2026-11-19T18:00:00Z',
    ],
    ['a Deny window that is open', [daily('lunch', 'Deny', 11, 3)], ['lunch'], '2026-11-19T14:00:00Z'],
    ['a Deny window that is closed', [daily('tea', 'Deny', 17, 1)], [], '2026-11-19T17:00:00Z'],
    [
      'Deny over Allow',
      [daily('day', 'Allow', 8, 8), daily('lunch', 'Deny', 11, 3)],
      ['lunch'],
      '2026-11-19T14:00:00Z',
    ],
    [
      'Deny beside an Allow that is closed',
      [daily('night', 'Allow', 22, 8), daily('lunch', 'Deny', 11, 3)],
      ['lunch', 'night'],
      '2026-11-19T14:00:00Z',
    ],
    [
      'windows of other clusters, whose times are nobody’s business',
      [daily('night', 'Allow', 22, 8, { clusterSelector: { matchLabels: { tier: 'test' } } })],
      [],
      undefined,
    ],
    [
      'windows of other applications',
      [daily('freeze', 'Deny', 0, 24, { applicationSelector: { matchLabels: { team: 'core' } } })],
      [],
      undefined,
    ],
    [
      'a window of this application in these clusters',
      [
        daily('freeze', 'Deny', 0, 24, {
          applicationSelector: { matchLabels: { team: 'shop' } },
          clusterSelector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['prod'] }] },
        }),
      ],
      ['freeze'],
      '2026-11-20T00:00:00Z',
    ],
  ];
  it.each(table)('%s', (_, windows, ids, changeAt) => {
    const { blockers, changeAt: told } = blocked({
      windows: windows.map((window) => windowAt(window, NOON)),
    });
    expect(blockers.map(({ id }) => id)).toEqual(ids);
    expect(told).toBe(changeAt === undefined ? undefined : at(changeAt));
  });

  it('say when they open and until when they deny', () => {
    const windows = [daily('night', 'Allow', 22, 8), daily('lunch', 'Deny', 11, 3)].map((window) =>
      windowAt(window, NOON),
    );
    expect(blocked({ windows }).blockers.map(({ message }) => message)).toEqual([
      'window lunch denies until 2026-11-19T14:00:00Z',
      'window night opens at 2026-11-19T22:00:00Z',
    ]);
  });

  it('follow the clock of their zone over its changes', () => {
    // 29 March 2026 is the last Sunday of March: Berlin's 06:00 comes an hour earlier than the day before.
    const morning = daily('morning', 'Allow', 6, 2, { timezone: 'Europe/Berlin' });
    const openAt = (time: string) =>
      blocked({ windows: [windowAt(morning, at(time))] }).blockers.length === 0;
    expect(['2026-03-28T04:30:00Z', '2026-03-28T05:30:00Z', '2026-03-29T04:30:00Z'].map(openAt)).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('dependencies', () => {
  const standing = (change: Partial<DependencyStanding>): DependencyStanding => ({
    application: 'db',
    phases: ['Available'],
    exists: true,
    ...change,
  });
  it.each([
    ['is as it should be', { phase: 'Available' }, []],
    ['is not there yet', { phase: 'Progressing' }, ['application db is not Available there']],
    [
      'has none of the phases that would do',
      { phase: 'Degraded', phases: ['Available', 'Drifted'] },
      ['application db is not Available or Drifted there'],
    ],
    ['has one of them', { phase: 'Drifted', phases: ['Available', 'Drifted'] }, []],
    ['does not run in this cluster', {}, []],
    ['does not exist', { exists: false }, ['application db, which this one depends on, does not exist']],
  ] as [string, { phase?: TargetPhase; phases?: TargetPhase[]; exists?: boolean }, string[]][])(
    'on one that %s',
    (_, change, messages) => {
      const { blockers } = blocked({ dependencies: [standing(change)] });
      expect(blockers.map(({ message }) => message)).toEqual(messages);
    },
  );
});
