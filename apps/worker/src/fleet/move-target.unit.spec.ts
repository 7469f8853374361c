import {
  DEFAULT_STRATEGY,
  type ClusterFailureReason,
  type Pace,
  type Run,
  type RunClusterPhase,
} from '@keelson/domain';
import { Fleet } from './fleet';
import type { TargetRecord } from './model';
import { letGo, settle } from './move-target';
import type { Planner } from './planner';

const WHOLE: Pace = { batch: 0, of: 1, share: '100%', update: 'Recreate' };
const OVER = { run: 'shop-2', application: 'shop' } as Run;
const MOMENT = { position: 9, recordedAt: '2026-01-01T00:00:00Z' };

describe('a run that is over', () => {
  const planned = async (target: Partial<TargetRecord>): Promise<boolean> => {
    const fleet = new Fleet();
    fleet.putTarget({
      application: 'shop',
      cluster: 'eu',
      removing: false,
      generation: 1,
      appliedGeneration: 1,
      drift: [],
      inventory: new Map(),
      position: 1,
      ...target,
    });
    const plan = jest.fn(() => Promise.resolve());
    await letGo(fleet, { plan } as unknown as Planner, OVER, MOMENT);
    return plan.mock.calls.length > 0;
  };
  const sidecars = { logger: { release: 'logger-sr1', deferred: true } } as const;

  it('lets the sidecars go on that waited for it, also where only an earlier run ever was', async () => {
    expect(await planned({ run: 'shop-2', pace: WHOLE, sidecars })).toBe(true);
    expect(await planned({ run: 'shop-1', pace: WHOLE, sidecars })).toBe(true);
  });

  it('leaves alone where nothing could wait', async () => {
    expect(await planned({ run: 'shop-2', pace: WHOLE })).toBe(false);
    expect(await planned({ run: 'shop-2', sidecars })).toBe(false);
  });
});

describe('a run that succeeded', () => {
  const settled = async (
    target: Partial<TargetRecord>,
    phase?: RunClusterPhase,
    failedFor?: ClusterFailureReason,
  ): Promise<TargetRecord> => {
    const fleet = new Fleet();
    const owner = { name: 'shop', project: 'default', createdAt: '', updatedAt: '', position: 1 };
    fleet.applications.set('shop', {
      ...owner,
      state: { exists: false, sequence: 2 },
      settledRelease: 'shop-r1',
    });
    const place = {
      application: 'shop',
      cluster: 'eu',
      removing: false,
      generation: 1,
      appliedGeneration: 1,
    };
    const record: TargetRecord = { ...place, drift: [], inventory: new Map(), position: 1, ...target };
    fleet.putTarget(record);
    const clusters = phase ? [{ name: 'eu', phase, failedFor }] : [];
    const stages = [{ name: 'all', phase: 'Succeeded', before: [], after: [], clusters }];
    const run = { ...OVER, release: 'shop-r2', strategy: DEFAULT_STRATEGY, stages } as unknown as Run;
    await settle(fleet, { plan: jest.fn() } as unknown as Planner, run, MOMENT);
    return record;
  };

  it('owes its release to a cluster that came while it ended, and that it never met', async () => {
    expect(await settled({})).toMatchObject({ release: 'shop-r2', pace: WHOLE });
    expect(await settled({ release: 'shop-r1' })).toMatchObject({ release: 'shop-r2', pace: WHOLE });
  });

  it('owes it to one that had it, and left and came back while nobody looked', async () => {
    expect(await settled({ release: 'shop-r1' }, 'Succeeded')).toMatchObject({ release: 'shop-r2' });
  });

  it('owes all of it to one that it had begun and that could not be reached', async () => {
    const begun = { release: 'shop-r2', pace: { ...WHOLE, of: 2, share: '50%' } };
    expect(await settled(begun, 'Failed', 'Unreachable')).toMatchObject({ pace: WHOLE });
  });

  it('leaves alone what it moved, and what a person left out', async () => {
    const half = { ...WHOLE, share: '50%' };
    expect(await settled({ release: 'shop-r2', pace: half }, 'Failed', 'Unhealthy')).toMatchObject({
      pace: half,
    });
    expect(await settled({ release: 'shop-r1' }, 'Skipped')).toMatchObject({ release: 'shop-r1' });
  });
});
