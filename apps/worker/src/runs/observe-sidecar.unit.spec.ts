import { together, type SidecarTargetRow } from './observe-sidecar';

const row = (application: string, change: Partial<SidecarTargetRow> = {}): SidecarTargetRow => ({
  cluster: 'eu-1',
  labels: { tier: 'prod' },
  phase: 'Connected',
  last_error: null,
  release: 'logs-sr2',
  run: 'logs-s2',
  batch: 0,
  stable: 'logs-sr1',
  application,
  project: 'default',
  application_labels: {},
  generation: '7',
  applied_generation: '7',
  health: { generation: 7, status: 'Current', message: '', since: 100 },
  failure: null,
  joint: { share: '50%', update: 'Recreate', by: ['logs-s2'], heldBack: [] },
  free_since: null,
  deferred: false,
  own_run: 'shop-2',
  abandoned: false,
  ...change,
});
const health = (status: 'Failed' | 'InProgress', message: string, generation = 7) => ({
  health: { generation, status, message, since: 5 },
});

describe('all targets of a cluster, as the run of a sidecar sees them', () => {
  it('are well when all are, since the last of them became so', () => {
    const late = row('cart', {
      generation: '9',
      applied_generation: '9',
      health: { generation: 9, status: 'Current', message: '', since: 300 },
    });
    expect(together([late, row('shop')])).toEqual({
      cluster: 'eu-1',
      labels: { tier: 'prod' },
      generation: 9,
      appliedGeneration: 9,
      release: 'logs-sr2',
      run: 'logs-s2',
      batch: 0,
      stable: 'logs-sr1',
      health: { generation: 9, status: 'Current', message: '', since: 300 },
    });
  });

  it('are not applied while one is not', () => {
    const { generation, appliedGeneration } = together([
      row('cart'),
      row('shop', { applied_generation: '6' }),
    ]);
    expect(appliedGeneration).toBeLessThan(generation);
  });

  it.each([
    ['one is on its way', health('InProgress', '1 of 2 ready'), 'shop: 1 of 2 ready'],
    [
      'one was judged by an older plan',
      health('InProgress', '', 6),
      'shop: its plan has not been judged yet',
    ],
  ])('are not well while %s, and say which', (_, change, message) => {
    expect(together([row('cart'), row('shop', change)]).health).toMatchObject({
      status: 'InProgress',
      message,
    });
  });

  it('have failed when one has, whatever the others are doing', () => {
    const seen = together([
      row('cart', { applied_generation: '1' }),
      row('shop', health('Failed', 'ImagePullBackOff')),
    ]);
    expect(seen).toMatchObject({
      generation: 7,
      appliedGeneration: 7,
      health: { generation: 7, status: 'Failed', message: 'shop: ImagePullBackOff' },
    });
  });

  it('are refused when one plan is, and not for what was refused before', () => {
    const failure = { generation: 7, terminal: true, message: 'Invalid' };
    expect(together([row('cart'), row('shop', { failure })]).failure).toEqual({
      ...failure,
      message: 'shop: Invalid',
    });
    expect(together([row('shop', { failure: { ...failure, generation: 6 } })]).failure).toBeUndefined();
    expect(together([row('shop', { failure: { ...failure, terminal: false } })]).failure).toBeUndefined();
  });

  const waiting = (run: string) => ({
    deferred: true,
    joint: { share: '50%', update: 'Recreate', by: [run], heldBack: [] } as const,
  });

  it('are held back by other runs, each told once', () => {
    const joint = { share: '10%', update: 'Recreate', by: ['shop-2'], heldBack: ['logs-s2'] } as const;
    expect(together([row('cart'), row('shop', { joint })]).heldBack).toEqual([
      { kind: 'Run', id: 'shop-2', message: 'run shop-2 moves the same pods, and is not as far' },
    ]);
    const targets = [
      row('cart', { ...waiting('mesh-s1'), free_since: '300' }),
      row('news', { ...waiting('mesh-s1'), free_since: '400' }),
      row('shop', waiting('shop-2')),
    ];
    expect(together(targets)).toMatchObject({
      heldBack: [{ id: 'mesh-s1' }, { id: 'shop-2' }],
      freeSince: 400,
    });
  });

  it('have not failed where the run that is waited for has', () => {
    const broken = row('shop', { ...waiting('shop-2'), ...health('Failed', 'ImagePullBackOff') });
    expect(together([row('cart'), broken])).toMatchObject({
      health: { status: 'Current' },
      heldBack: [{ id: 'shop-2' }],
    });
  });

  it('do not wait for one that its own application left half way', () => {
    const left = row('shop', { deferred: true, abandoned: true, ...health('Failed', 'ImagePullBackOff') });
    expect(together([row('cart'), left])).toMatchObject({ health: { status: 'Current' } });
    expect(together([row('cart'), left]).heldBack).toBeUndefined();
    expect(together([left])).toMatchObject({
      generation: 0,
      appliedGeneration: 0,
      health: { generation: 0, status: 'Current' },
    });
  });

  it('do not wait for one that was left half way after they had come in, but for other runs in it', () => {
    const joint = { share: '50%', update: 'Recreate', by: ['shop-2'], heldBack: ['logs-s2'] } as const;
    const left = row('shop', {
      joint,
      abandoned: true,
      ...health('InProgress', '0 of 1 new pods are ready'),
    });
    expect(together([row('cart'), left])).toMatchObject({ health: { status: 'Current' } });
    expect(together([row('cart'), left]).heldBack).toBeUndefined();
    const both = { ...left, joint: { ...joint, by: ['shop-2', 'mesh-s1'] } };
    expect(together([row('cart'), both]).heldBack).toMatchObject([{ id: 'shop-2' }, { id: 'mesh-s1' }]);
  });

  it('say that their cluster cannot be reached, and why', () => {
    const lost = row('shop', { phase: 'Unreachable', last_error: { reason: 'Network', message: '' } });
    expect(together([lost]).unreachable).toBe('unreachable (Network)');
  });
});
