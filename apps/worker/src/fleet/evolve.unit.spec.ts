import { keyOf, type TargetEvent } from '@keelson/domain';
import type { RecordedEvent } from '@keelson/event-store';
import { evolveFleet } from './evolve';
import { Fleet } from './fleet';
import type { InventoryEntry } from './model';
import type { Planner } from './planner';

const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'extra' };
const of = { application: 'shop', cluster: 'a' };

describe('the fold of what is owed', () => {
  const after = async (entry: Partial<InventoryEntry>, event: TargetEvent) => {
    const fleet = new Fleet();
    const known = { ref, created: true, wanted: false, position: 20, ...entry };
    const inventory = new Map([[keyOf(ref), known]]);
    const nothing = { removing: false, generation: 20, appliedGeneration: 20, drift: [], position: 20 };
    fleet.putTarget({ ...of, ...nothing, inventory });
    const recorded = {
      position: 30,
      recordedAt: '2026-01-01T00:00:00Z',
      ...event,
    } as unknown as RecordedEvent;
    await evolveFleet(fleet, {} as Planner, recorded);
    return inventory.get(keyOf(ref));
  };
  const pruned = (asOf?: number): TargetEvent => ({
    type: 'ObjectsPruned',
    data: { ...of, objects: [ref], ...(asOf === undefined ? {} : { asOf }) },
  });
  const delayed: TargetEvent = {
    type: 'DeletesDelayed',
    data: { ...of, objects: [{ object: ref, reason: 'Failed', message: 'too late' }] },
  };

  it.each([20, 25, undefined])('is paid when it was known to be owed (as of %s)', async (asOf) => {
    expect(await after({}, pruned(asOf))).toBeUndefined();
  });

  it('is not paid by a worker that knew of an earlier debt', async () => {
    expect(await after({}, pruned(19))).toMatchObject({ wanted: false });
  });

  it('leaves alone what is wanted again', async () => {
    expect(await after({ wanted: true }, pruned(25))).toMatchObject({ wanted: true });
    expect(await after({ wanted: true }, delayed)).not.toHaveProperty('delay');
    expect(await after({}, delayed)).toMatchObject({ delay: { message: 'too late' } });
  });
});
