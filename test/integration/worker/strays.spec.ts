import type { KubeObject } from '@keelson/domain';
import { ClusterClient } from '@keelson/k8s';
import { until } from '../../support/until';
import { configMapIn, configMapRef, deletesOf, SLOW_MS } from './deletes-fixture';
import { startFleet, type Fleet } from './fleet-harness';

jest.setTimeout(180_000);

let fleet: Fleet;
let client: ClusterClient;
let deletes: ReturnType<typeof deletesOf>;
/** As the first release left it. */
let pruned: KubeObject;

const cluster = () => fleet.simulator.cluster('a');
const live = (name: string) => cluster().get(configMapRef(name));

/** Applies an object with the marks of the one that was pruned, as a worker that is late would. */
const apply = (name: string, fieldManager = 'keelson', change: object = {}): Promise<unknown> => {
  const { labels, annotations, namespace } = pruned.metadata;
  return client.request('PATCH', `/api/v1/namespaces/shop/configmaps/${name}`, {
    query: { fieldManager, force: true },
    contentType: 'application/apply-patch+yaml',
    body: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, labels, annotations: { ...annotations, ...change } },
      data: { greeting: 'late' },
    },
  });
};

beforeAll(async () => {
  fleet = await startFleet(['a']);
  deletes = deletesOf(fleet);
  client = new ClusterClient(fleet.connectionTo('a'));
  await fleet.register('a');
  await fleet.define('shop', { objects: [configMapIn('shop')] });
  await deletes.release('shop', '1', [configMapIn('shop', 'wanted'), configMapIn('shop', 'late')]);
  pruned = live('late')!;
  await deletes.release('shop', '2', [configMapIn('shop', 'wanted')]);
  await deletes.nothingIsOwed('a');
});
afterAll(async () => {
  await client?.close();
  await fleet?.stop();
});

const isGone = (name: string) => until(`${name} is gone`, () => live(name) === undefined, SLOW_MS);
const strays = async (): Promise<string[]> =>
  (await deletes.eventsOf('StrayFound')).map(({ object }) => object.name);

it('what a late worker made again after it was pruned is found, owed and deleted; look-alikes stay', async () => {
  expect(live('late')).toBeUndefined();
  // By another hand; of a plan that this log does not know; of a name that the plan does not have.
  await apply('late', 'kubectl');
  await apply('of-another-plan', 'keelson', { 'keelson.dev/plan': 'f'.repeat(64) });
  await apply('never-planned');
  cluster().delete(configMapRef('late'));
  await apply('late');
  await isGone('late');
  expect(await strays()).toEqual(['late']);
  await deletes.nothingIsOwed('a');
  for (const name of ['of-another-plan', 'never-planned', 'wanted']) expect(live(name)).toBeDefined();
});

it('what another hand made under the very name, with our marks copied, stays', async () => {
  await apply('late', 'kubectl');
  const { uid } = live('late')!.metadata;
  await fleet.stopWorker();
  await fleet.startWorker();
  // One of ours shows that the worker has looked at what it found.
  await deletes.release('shop', '3', [configMapIn('shop', 'wanted'), configMapIn('shop', 'second')]);
  const second = live('second')!;
  await deletes.release('shop', '4', [configMapIn('shop', 'wanted')]);
  await deletes.nothingIsOwed('a');
  pruned = second;
  await apply('second');
  await isGone('second');
  await deletes.nothingIsOwed('a');
  expect(live('late')?.metadata.uid).toBe(uid);
  expect(await strays()).toEqual(['late', 'second']);
});

it('one that came while no worker was there is found after the start', async () => {
  await fleet.stopWorker();
  await apply('second');
  await fleet.startWorker();
  await isGone('second');
  expect(await strays()).toEqual(['late', 'second', 'second']);
  await deletes.nothingIsOwed('a');
});

it('one of a plan that nobody lived to record as applied is found too', async () => {
  interface Row {
    readonly generation: number;
    readonly applied: number;
    readonly hash: string;
  }
  const target = async (): Promise<Row> =>
    (
      await deletes.rows<Row>(
        'select generation::int, applied_generation::int as applied, hash from read.targets',
      )
    )[0]!;
  const before = await target();
  cluster().setReachable(false);
  await fleet.release('shop', '5', [configMapIn('shop', 'wanted'), configMapIn('shop', 'third')]);
  const missed = await until(
    'it is planned',
    async () => {
      const planned = await target();
      return planned.generation > before.generation && planned;
    },
    SLOW_MS,
  );
  await fleet.release('shop', '6', [configMapIn('shop', 'wanted')]);
  await until('a newer one is', async () => (await target()).generation > missed.generation, SLOW_MS);
  cluster().setReachable(true);
  await until(
    'the newer one is applied',
    async () => {
      const { applied, generation } = await target();
      return applied === generation;
    },
    SLOW_MS,
  );
  const marks = { 'keelson.dev/plan': missed.hash, 'keelson.dev/generation': String(missed.generation) };
  await apply('third', 'keelson', marks);
  await isGone('third');
  expect((await strays()).at(-1)).toBe('third');
  await deletes.nothingIsOwed('a');
});

it('one of an application that was deleted altogether goes too', async () => {
  await deletes.remove('shop');
  await isGone('wanted');
  expect(await deletes.kept('shop')).toMatch(/ConfigMap shop\/late is not Keelson's/);
  await deletes.nothingIsOwed('a');
  await apply('second');
  await isGone('second');
  await until(
    'no target is left',
    async () => (await deletes.rows('select 1 from read.targets')).length === 0,
    SLOW_MS,
  );
  expect(live('late')).toBeDefined();
});
