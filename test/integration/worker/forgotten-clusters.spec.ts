import { until } from '../../support/until';
import { configMapIn, configMapRef, deletesOf, namespaceRef, SLOW_MS } from './deletes-fixture';
import { startFleet, type Fleet } from './fleet-harness';

jest.setTimeout(180_000);

let fleet: Fleet;
let deletes: ReturnType<typeof deletesOf>;

beforeEach(async () => {
  fleet = await startFleet(['a', 'b']);
  deletes = deletesOf(fleet);
  await fleet.register('a');
  await fleet.register('b');
  await fleet.define('shop', { objects: [configMapIn('shop')] });
  await deletes.release('shop', '1', [configMapIn('shop'), configMapIn('shop', 'second')]);
});
afterEach(() => fleet?.stop());

const cluster = () => fleet.simulator.cluster('a');
const targets = async () =>
  (await deletes.rows<{ cluster: string }>('select cluster from read.targets order by cluster')).map(
    ({ cluster }) => cluster,
  );
const lost = () =>
  until(
    'the loss is told',
    async () => (await deletes.eventsOf('ClusterUnreachable')).some(({ cluster: name }) => name === 'a'),
    SLOW_MS,
  );

it('a cluster that is let go of keeps its objects, and nothing is asked of it any more', async () => {
  await fleet.forget('a', 'orphan');
  await until('its target is gone', async () => (await targets()).join() === 'b', SLOW_MS);
  await deletes.release('shop', '2', [configMapIn('shop')]);
  const { writes } = cluster().requests;
  await deletes.remove('shop');
  await until('the other is empty', async () => (await targets()).length === 0, SLOW_MS);
  for (const name of ['settings', 'second']) expect(cluster().get(configMapRef(name))).toBeDefined();
  expect(cluster().get(namespaceRef('shop'))).toBeDefined();
  expect(cluster().requests.writes).toBe(writes);
});

it('what is owed to a forgotten cluster that is away is deleted when it returns, also after a restart', async () => {
  cluster().setReachable(false);
  await lost();
  await fleet.forget('a', 'delete');
  const names = async () => (await deletes.owed('a')).map(({ ref: { kind, name } }) => `${kind} ${name}`);
  const all = ['ConfigMap second', 'ConfigMap settings', 'Namespace shop'];
  await until('all of it is owed', async () => (await names()).length === all.length, SLOW_MS);
  expect((await names()).sort()).toEqual(all);
  await fleet.stopWorker();
  await fleet.startWorker();
  // The rest of the fleet goes on.
  await deletes.release('shop', '2', [configMapIn('shop')]);
  expect((await names()).sort()).toEqual(all);
  expect(await targets()).toEqual(['a', 'b']);
  cluster().setReachable(true);
  await until('everything is gone', () => cluster().get(namespaceRef('shop')) === undefined, SLOW_MS);
  await until('its target is gone', async () => (await targets()).join() === 'b', SLOW_MS);
  expect(fleet.simulator.cluster('b').get(configMapRef('settings'))).toBeDefined();
});

it('a forgotten cluster that is registered again while it owes keeps what is wanted and loses the rest', async () => {
  cluster().setReachable(false);
  await lost();
  await fleet.forget('a', 'delete');
  await until('all of it is owed', async () => (await deletes.owed('a')).length === 3, SLOW_MS);
  await deletes.release('shop', '2', [configMapIn('shop')]);
  const { uid } = cluster().get(configMapRef('settings'))!.metadata;
  await fleet.register('a');
  cluster().setReachable(true);
  await until('the rest is gone', () => cluster().get(configMapRef('second')) === undefined, SLOW_MS);
  await deletes.nothingIsOwed('a');
  expect(cluster().get(configMapRef('settings'))?.metadata.uid).toBe(uid);
  expect(cluster().get(namespaceRef('shop'))?.metadata.deletionTimestamp).toBeUndefined();
});

it('what was let go of and never taken back keeps its Namespace, and the target ends all the same', async () => {
  await fleet.forget('a', 'orphan');
  await until('its target is gone', async () => (await targets()).join() === 'b', SLOW_MS);
  await deletes.release('shop', '2', [configMapIn('shop')]);
  await fleet.register('a');
  await until(
    'it has the newer release',
    async () => (await deletes.eventsOf('PlanApplied')).at(-1)?.cluster === 'a',
    SLOW_MS,
  );
  await deletes.remove('shop');
  await until('nothing is owed any more', async () => (await targets()).length === 0, SLOW_MS);
  expect(cluster().get(configMapRef('settings'))).toBeUndefined();
  expect(cluster().get(configMapRef('second'))).toBeDefined();
  expect(cluster().get(namespaceRef('shop'))?.metadata.deletionTimestamp).toBeUndefined();
});
