import type { KubeObject } from '@keelson/domain';
import { until } from '../../support/until';
import { startFleet, type Fleet } from './fleet-harness';
import { startGate } from './support/gate';

/** One cluster behind a gate, and the application `shop` on it; nothing is released yet. */
export const startBehindGate = async (objects: KubeObject[], options?: Parameters<typeof startFleet>[1]) => {
  const fleet = await startFleet(['a'], options);
  const gate = await startGate(fleet.simulator.url);
  const direct = fleet.connectionTo('a');
  await fleet.register('a', {}, { ...direct, server: direct.server.replace(fleet.simulator.url, gate.url) });
  await fleet.define('shop', { objects });
  return { fleet, gate };
};

export const eventsOf = async (fleet: Fleet, type: string): Promise<any[]> =>
  (await fleet.store.log.read({ cluster: 'a', type })).map(({ data }) => data);

export const succeeds = (fleet: Fleet, run: string | undefined) =>
  until(
    `${run} succeeds`,
    async () => {
      const { rows } = await fleet.pool.query('select phase from read.runs where id = $1', [run]);
      return rows[0]?.phase === 'Succeeded';
    },
    60_000,
  );

/** The log stands still: nobody is in the middle of a transaction. */
export const isQuiet = (fleet: Fleet) =>
  until(
    'the log is quiet',
    async () => {
      const { position } = await fleet.store.log.head();
      await new Promise((resolve) => setTimeout(resolve, 300));
      return (await fleet.store.log.head()).position === position;
    },
    60_000,
  );
