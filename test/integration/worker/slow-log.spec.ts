import type { EventStore } from '@keelson/event-store';
import { until } from '../../support/until';
import { startFleet, type Fleet } from './fleet-harness';

jest.setTimeout(60_000);

/** Longer than a session ever pauses before it asks a lost cluster again. */
const PAUSE_MS = 4_000;

type Execute = EventStore['commands']['execute'];

describe('a log that is slow', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet(['eu']);
    await fleet.register('eu');
    await phaseIs('Connected');
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await fleet?.stop();
  });

  const phaseIs = (wanted: string): Promise<unknown> =>
    until(`the cluster is ${wanted}`, async () => {
      const { rows } = await fleet.pool.query<{ phase: string }>('select phase from read.clusters');
      return rows[0]?.phase === wanted;
    });

  it('loses no cluster that returns while its loss is being recorded', async () => {
    const shared = Object.getPrototypeOf(fleet.store.commands) as { execute: Execute };
    const { execute } = shared;
    let recording = false;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    jest.spyOn(shared, 'execute').mockImplementation(async function (
      this: EventStore['commands'],
      ...args: Parameters<Execute>
    ) {
      recording = true;
      await held;
      return execute.apply(this, args);
    });

    fleet.simulator.cluster('eu').setReachable(false);
    await until('its loss is about to be recorded', () => recording);
    fleet.simulator.cluster('eu').setReachable(true);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    release();
    await until('its loss is recorded', async () => {
      const events = await fleet.store.log.read({ cluster: 'eu', type: 'ClusterUnreachable' });
      return events.length === 1;
    });
    await phaseIs('Connected');
  });
});
