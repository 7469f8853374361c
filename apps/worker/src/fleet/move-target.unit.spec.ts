import type { Pace, Run } from '@keelson/domain';
import { Fleet } from './fleet';
import type { TargetRecord } from './model';
import { letGo } from './move-target';
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
