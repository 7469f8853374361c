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

  it('knows what an apply made that did not succeed as a whole', async () => {
    const objects = [{ ref, uid: 'made' }];
    const made: TargetEvent = { type: 'ObjectsMade', data: { ...of, objects } };
    const entry = await after({ wanted: true, created: false, uid: 'before' }, made);
    expect(entry).toMatchObject({ wanted: true, created: true, uid: 'made', position: 30 });
  });
});

describe('a Namespace that Keelson made again', () => {
  it('has one application that answers for it: whoever made it last', async () => {
    const fleet = new Fleet();
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name: 'shop' };
    for (const application of ['shop', 'bank']) {
      const target = { application, cluster: 'a', removing: false, generation: 20, appliedGeneration: 20 };
      const inventory = new Map<string, InventoryEntry>();
      fleet.putTarget({ ...target, drift: [], position: 20, inventory });
      inventory.set(keyOf(ref), { ref, created: true, wanted: true, position: 20 });
    }
    const make = (application: string, uid: string, position: number) =>
      evolveFleet(
        fleet,
        {} as Planner,
        {
          type: 'ObjectsMade',
          position,
          recordedAt: '2026-01-01T00:00:00Z',
          data: { application, cluster: 'a', objects: [], namespaces: [{ name: 'shop', uid }] },
        } as unknown as RecordedEvent,
      );
    const answering = () =>
      ['shop', 'bank'].map((name) => fleet.target(name, 'a')?.inventory.get(keyOf(namespace))?.uid);
    await make('shop', 'first', 30);
    expect(answering()).toEqual(['first', undefined]);
    await make('bank', 'second', 31);
    expect(answering()).toEqual([undefined, 'second']);
    expect(fleet.target('shop', 'a')?.position).toBe(31);
  });
});

describe('a Namespace of a cluster that is forgotten', () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', name: 'shop' };

  /** Who owes it, when the fleet was read back in this order. */
  const owedBy = async (...order: string[]): Promise<string[]> => {
    const fleet = new Fleet();
    const connection = { server: '', credentials: 'one', warnings: [] };
    const state = { exists: true, cluster: 'a', labels: {}, phase: 'Connected', connection } as const;
    fleet.clusters.set('a', { state, registered: 1, position: 1 });
    for (const name of order) {
      const owner = { name, project: 'default', createdAt: '', updatedAt: '', position: 1 };
      fleet.applications.set(name, { ...owner, state: { exists: true } as never });
      const target = {
        application: name,
        cluster: 'a',
        removing: false,
        generation: 20,
        appliedGeneration: 20,
      };
      fleet.putTarget({ ...target, drift: [], position: 20, inventory: new Map() });
      const at = { created: true, wanted: true, position: 20 };
      fleet.putInventory(fleet.target(name, 'a')!, keyOf(ref), { ref, ...at });
      if (name === 'bank')
        fleet.putInventory(fleet.target(name, 'a')!, keyOf(namespace), { ref: namespace, made: true, ...at });
    }
    await evolveFleet(
      fleet,
      {} as Planner,
      {
        type: 'ClusterForgotten',
        position: 30,
        recordedAt: '2026-01-01T00:00:00Z',
        data: { cluster: 'a', workloads: 'delete' },
      } as unknown as RecordedEvent,
    );
    return order.filter((name) => fleet.target(name, 'a')?.inventory.has(keyOf(namespace))).sort();
  };

  it('is owed by the same application, however the fleet was read back', async () => {
    expect(await owedBy('shop', 'bank')).toEqual(['shop']);
    expect(await owedBy('bank', 'shop')).toEqual(['shop']);
  });
});
