import type { Delay, KubeObject, ObjectRef } from '@keelson/domain';
import { until } from '../../support/until';
import type { Fleet } from './fleet-harness';

export const SLOW_MS = 60_000;

export const configMapRef = (name: string, namespace = 'shop'): ObjectRef => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace,
  name,
});

export const namespaceRef = (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Namespace', name });

export const configMapIn = (namespace: string, name = 'settings'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { greeting: 'hello' },
});

interface OwedRow {
  readonly application: string;
  readonly ref: ObjectRef;
  readonly delay: Omit<Delay, 'object'> | null;
}

/** What people do and look at while deletes are under way. */
export const deletesOf = (fleet: Fleet) => {
  const rows = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await fleet.pool.query<Row>(text, values)).rows;
  const eventsOf = async (type: string): Promise<any[]> =>
    (await fleet.store.log.read({ type })).map(({ data }) => data);
  const owed = (cluster: string) =>
    rows<OwedRow>('select application, ref, delay from read.inventory where cluster = $1 and not wanted', [
      cluster,
    ]);
  const succeeds = (run: string | undefined) =>
    until(
      `run ${run} succeeds`,
      async () => {
        const [found] = await rows<{ phase: string }>('select phase from read.runs where id = $1', [run]);
        return found?.phase === 'Succeeded';
      },
      SLOW_MS,
    );

  return {
    rows,
    owed,
    eventsOf,
    release: async (application: string, version: string, objects: KubeObject[]) =>
      succeeds((await fleet.release(application, version, objects)).value),
    remove: (application: string) => fleet.application(application, { type: 'DeleteApplication' }),
    nothingIsOwed: (cluster: string) =>
      until('nothing is owed', async () => (await owed(cluster)).length === 0, SLOW_MS),
    /** The delay that was told last of an object that is owed. */
    delayed: (cluster: string, reason: string) =>
      until(
        `a delete waits: ${reason}`,
        async () => (await owed(cluster)).find(({ delay }) => delay?.reason === reason),
        SLOW_MS,
      ),
    kept: (name: string) =>
      until(
        `the log says why ${name} is kept`,
        async () =>
          (await eventsOf('ObjectsPruned'))
            .flatMap(({ kept = [] }) => kept as { object: ObjectRef; reason: string }[])
            .find(({ object }) => object.name === name)?.reason,
        SLOW_MS,
      ),
  };
};
