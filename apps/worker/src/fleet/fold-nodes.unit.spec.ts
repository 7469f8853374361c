import { DAY_MS, onlineRate, type ClusterEvent, type NodeEvent } from '@keelson/domain';
import type { RecordedEvent } from '@keelson/event-store';
import { evolveFleet } from './evolve';
import { Fleet } from './fleet';
import type { Planner } from './planner';

const start = 20_000 * DAY_MS;
const after = (days: number): string => new Date(start + days * DAY_MS).toISOString();

/** Folds events that were recorded so many days after the start. */
const folded = async (events: readonly (readonly [number, ClusterEvent | NodeEvent])[]): Promise<Fleet> => {
  const fleet = new Fleet();
  let position = 0;
  for (const [days, event] of events) {
    const recorded = { position: (position += 1), recordedAt: after(days), ...event };
    await evolveFleet(fleet, {} as Planner, recorded as unknown as RecordedEvent);
  }
  return fleet;
};

describe('the online rate of a cluster', () => {
  const cluster = 'eu';
  const connection = { server: 'https://eu', credentials: '1', warnings: [] };
  const registered: ClusterEvent = { type: 'ClusterRegistered', data: { cluster, labels: {}, connection } };
  const connected: ClusterEvent = { type: 'ClusterConnected', data: { cluster, version: 'v1.30.0' } };
  const unreachable: ClusterEvent = {
    type: 'ClusterUnreachable',
    data: { cluster, reason: 'Timeout', message: '' } as never,
  };
  const forgotten: ClusterEvent = { type: 'ClusterForgotten', data: { cluster, workloads: 'delete' } };
  const away = (days: number): NodeEvent => ({
    type: 'NodeNotReady',
    data: { cluster, node: 'n1', uid: 'u', at: after(days), reason: '', message: '' },
  });
  const ready = (days: number): NodeEvent => ({
    type: 'NodeReady',
    data: { cluster, node: 'n1', uid: 'u', at: after(days) },
  });
  const rateAt = async (days: number, events: Parameters<typeof folded>[0]): Promise<number | undefined> => {
    const { tallies } = (await folded(events)).nodes;
    return onlineRate([tallies.get(cluster)!.tally], start + days * DAY_MS);
  };

  it('does not count the time in which it was forgotten, also where it was served once more for what it owed', async () => {
    const rate = await rateAt(20, [
      [0, registered],
      [0, connected],
      [0, ready(0)],
      [1, away(1)],
      [2, unreachable],
      [2, forgotten],
      [3, connected],
      [18, registered],
      [18, connected],
      [18, ready(18)],
    ]);
    // One day of three; the days 2 to 18 say nothing.
    expect(rate).toBeCloseTo((1 + 2) / (2 + 2), 9);
  });
});
