import type { ApplicationDefinition } from '@keelson/domain';
import { until } from '../../support/until';
import { configMapIn, configMapRef, deletesOf, namespaceRef, SLOW_MS } from './deletes-fixture';
import { startFleet, type Fleet } from './fleet-harness';

jest.setTimeout(180_000);

let fleet: Fleet;
let deletes: ReturnType<typeof deletesOf>;

beforeAll(async () => {
  fleet = await startFleet(['a', 'b']);
  deletes = deletesOf(fleet);
  await fleet.register('a', { tier: 'canary' });
  await fleet.register('b', { tier: 'prod' });
});
afterAll(() => fleet?.stop());

const cluster = () => fleet.simulator.cluster('a');
const onlyA = { clusterNames: ['a'] };
const takesOver = { drift: 'Correct', whenToTakeOver: 'Always' } as const;
const define = (application: string, namespace: string, change: Partial<ApplicationDefinition> = {}) =>
  fleet.define(application, { namespace, objects: [configMapIn(namespace)], placement: onlyA, ...change });
const namespaceIn = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const isGone = (what: string, gone: () => boolean) => until(`${what} is gone`, gone, SLOW_MS);

describe('a Namespace', () => {
  it('that Keelson made goes with the last application in it', async () => {
    await define('first', 'made');
    await define('second', 'made');
    await deletes.release('first', '1', [configMapIn('made', 'first')]);
    const { uid } = cluster().get(namespaceRef('made'))!.metadata;
    await deletes.release('second', '1', [configMapIn('made', 'second')]);
    await deletes.remove('first');
    await isGone('the first', () => cluster().get(configMapRef('first', 'made')) === undefined);
    await deletes.nothingIsOwed('a');
    expect(cluster().get(namespaceRef('made'))?.metadata).toMatchObject({ uid });
    expect(cluster().get(namespaceRef('made'))?.metadata.deletionTimestamp).toBeUndefined();
    await deletes.remove('second');
    await isGone('the Namespace', () => cluster().get(namespaceRef('made')) === undefined);
    await deletes.nothingIsOwed('a');
    expect(await deletes.rows('select 1 from read.targets')).toEqual([]);
  });

  it('goes also when a release moves out of it', async () => {
    await define('mover', 'before');
    await deletes.release('mover', '1', [configMapIn('before')]);
    await deletes.release('mover', '2', [configMapIn('after')]);
    await isGone('the Namespace', () => cluster().get(namespaceRef('before')) === undefined);
    await deletes.remove('mover');
    await isGone('the other', () => cluster().get(namespaceRef('after')) === undefined);
    await deletes.nothingIsOwed('a');
  });

  it.each([
    ['that no manifest names', 'lost', []],
    ['of the manifests', 'lost-too', [namespaceIn('lost-too')]],
  ])('%s goes also when somebody deleted it and Keelson made it again', async (_what, name, planned) => {
    await define(name, name);
    await deletes.release(name, '1', [...planned, configMapIn(name)]);
    const { uid } = cluster().get(namespaceRef(name))!.metadata;
    cluster().delete(namespaceRef(name));
    await until('it is made again', () => {
      const again = cluster().get(namespaceRef(name));
      return again?.metadata.uid !== uid && cluster().get(configMapRef('settings', name)) !== undefined;
    });
    await until('the correction is told of', async () =>
      (await deletes.eventsOf('DriftCorrected')).some(({ object }) => object.namespace === name),
    );
    await deletes.remove(name);
    await isGone('the Namespace', () => cluster().get(namespaceRef(name)) === undefined);
    await deletes.nothingIsOwed('a');
  });

  it('goes also when the attempt that made it did not succeed as a whole', async () => {
    let isRefused = true;
    cluster().state.admission.push((_type, object) => {
      if (isRefused && object.metadata.name === 'refused') throw new Error('not now');
      return object;
    });
    await define('halting', 'begun');
    await deletes.release('halting', '1', [configMapIn('begun')]);
    const next = [namespaceIn('planned-later'), configMapIn('planned-later'), configMapIn('made-later')];
    await fleet.release('halting', '2', [configMapIn('begun'), ...next, configMapIn('begun', 'refused')]);
    await until('the failure is told of', async () => (await deletes.eventsOf('ApplyFailed')).length > 0);
    isRefused = false;
    await until('the rest is applied', () => cluster().get(configMapRef('refused', 'begun')), SLOW_MS);
    await deletes.remove('halting');
    for (const name of ['begun', 'planned-later', 'made-later'])
      await isGone(`the Namespace ${name}`, () => cluster().get(namespaceRef(name)) === undefined);
    await deletes.nothingIsOwed('a');
  });

  it('stays for an application that has nothing but the Namespace itself, untouched, and goes with it', async () => {
    await define('maker', 'handed');
    await define('owner', 'handed', { policy: takesOver });
    await deletes.release('maker', '1', [configMapIn('handed')]);
    await deletes.release('owner', '1', [namespaceIn('handed')]);
    const { uid, labels, annotations } = cluster().get(namespaceRef('handed'))!.metadata;
    await deletes.remove('maker');
    await isGone('what was in it', () => cluster().get(configMapRef('settings', 'handed')) === undefined);
    await deletes.nothingIsOwed('a');
    expect(cluster().get(namespaceRef('handed'))?.metadata).toMatchObject({ uid, labels, annotations });
    expect(
      (await deletes.eventsOf('DriftDetected')).filter(({ application }) => application === 'owner'),
    ).toEqual([]);
    await deletes.remove('owner');
    await isGone('the Namespace', () => cluster().get(namespaceRef('handed')) === undefined);
    await deletes.nothingIsOwed('a');
  });

  it('stays when something foreign is in it, and the log says what', async () => {
    await define('host', 'visited');
    await deletes.release('host', '1', [configMapIn('visited')]);
    cluster().create(configMapIn('visited', 'guest'));
    await deletes.remove('host');
    expect(await deletes.kept('visited')).toMatch(/ConfigMap visited\/guest is not Keelson's/);
    await deletes.nothingIsOwed('a');
    expect(cluster().get(configMapRef('settings', 'visited'))).toBeUndefined();
    expect(cluster().get(configMapRef('guest', 'visited'))).toBeDefined();
    const { annotations, labels, deletionTimestamp } = cluster().get(namespaceRef('visited'))!.metadata;
    expect(deletionTimestamp).toBeUndefined();
    expect(Object.keys({ ...annotations, ...labels }).filter((key) => key.includes('keelson'))).toEqual([]);
  });

  it('that Keelson did not make stays, in a plan or not', async () => {
    for (const name of ['theirs', 'planned'])
      cluster().create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await define('tenant', 'theirs', { policy: takesOver });
    await deletes.release('tenant', '1', [
      configMapIn('theirs'),
      configMapIn('planned'),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'planned' } },
    ]);
    await deletes.remove('tenant');
    await isGone('what was in it', () => cluster().get(configMapRef('settings', 'theirs')) === undefined);
    await deletes.nothingIsOwed('a');
    for (const name of ['theirs', 'planned'])
      expect(cluster().get(namespaceRef(name))?.metadata.deletionTimestamp).toBeUndefined();
  });
});

describe('a delete', () => {
  it('waits for finalizers and names them', async () => {
    await define('held', 'shop');
    await deletes.release('held', '1', [configMapIn('shop', 'held'), configMapIn('shop', 'free')]);
    cluster().edit(configMapRef('held'), ({ metadata }) => (metadata['finalizers'] = ['example.com/hold']));
    await deletes.remove('held');
    await isGone('the other', () => cluster().get(configMapRef('free')) === undefined);
    const { ref, delay } = await deletes.delayed('a', 'Finalizers');
    expect(ref).toMatchObject(configMapRef('held'));
    expect(delay).toMatchObject({ finalizers: ['example.com/hold'], message: 'held by example.com/hold' });
    // The namespace is not deleted around what is still in it.
    expect(cluster().get(namespaceRef('shop'))?.metadata.deletionTimestamp).toBeUndefined();
    cluster().edit(configMapRef('held'), ({ metadata }) => delete metadata['finalizers']);
    await isGone('the Namespace', () => cluster().get(namespaceRef('shop')) === undefined);
    await deletes.nothingIsOwed('a');
  });

  it('that is refused is shown, and tried again', async () => {
    cluster().create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'guarded' } });
    await define('guarded', 'guarded');
    await deletes.release('guarded', '1', [configMapIn('guarded')]);
    cluster().failNext(1, 403);
    await deletes.remove('guarded');
    const { delay } = await deletes.delayed('a', 'Refused');
    expect(delay?.message).not.toBe('');
    expect(cluster().get(configMapRef('settings', 'guarded'))).toBeDefined();
    await isGone('it', () => cluster().get(configMapRef('settings', 'guarded')) === undefined);
    await deletes.nothingIsOwed('a');
  });
});

describe('while deletes are owed', () => {
  it('an application of the same name gets what it wants, and the rest goes', async () => {
    await define('again', 'again');
    await deletes.release('again', '1', [configMapIn('again', 'x'), configMapIn('again', 'y')]);
    cluster().edit(
      configMapRef('y', 'again'),
      ({ metadata }) => (metadata['finalizers'] = ['example.com/hold']),
    );
    const { uid } = cluster().get(namespaceRef('again'))!.metadata;
    await deletes.remove('again');
    await deletes.delayed('a', 'Finalizers');
    await define('again', 'again');
    await deletes.release('again', '2', [configMapIn('again', 'x')]);
    expect((await deletes.owed('a')).map(({ ref }) => ref.name)).toEqual(['y']);
    cluster().edit(configMapRef('y', 'again'), ({ metadata }) => delete metadata['finalizers']);
    await deletes.nothingIsOwed('a');
    expect(cluster().get(configMapRef('x', 'again'))).toBeDefined();
    expect(cluster().get(namespaceRef('again'))?.metadata.uid).toBe(uid);
    await deletes.remove('again');
    await isGone('the Namespace', () => cluster().get(namespaceRef('again')) === undefined);
  });

  it('an object that moved to another application stays', async () => {
    cluster().create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'moving' } });
    await define('from', 'moving');
    await define('to', 'moving', { policy: takesOver });
    await deletes.release('from', '1', [configMapIn('moving', 'it'), configMapIn('moving', 'rest')]);
    cluster().edit(configMapRef('it', 'moving'), ({ metadata }) => {
      (metadata.labels as Record<string, string>)['keelson.dev/application'] = 'to';
    });
    await deletes.release('to', '1', [configMapIn('moving', 'it')]);
    await deletes.remove('from');
    expect(await deletes.kept('it')).toBe('it belongs to the application to');
    await deletes.nothingIsOwed('a');
    expect(cluster().get(configMapRef('rest', 'moving'))).toBeUndefined();
    expect(cluster().get(configMapRef('it', 'moving'))).toBeDefined();
    await deletes.remove('to');
    await isGone('it', () => cluster().get(configMapRef('it', 'moving')) === undefined);
  });

  it('a cluster that the placement no longer selects loses everything, and the others nothing', async () => {
    const change = { namespace: 'placed', objects: [configMapIn('placed')] };
    await fleet.define('placed', change);
    await deletes.release('placed', '1', [configMapIn('placed')]);
    const { uid } = fleet.simulator.cluster('b').get(configMapRef('settings', 'placed'))!.metadata;
    await fleet.define('placed', { ...change, placement: { clusterNames: ['b'] } });
    await isGone('all of it', () => cluster().get(namespaceRef('placed')) === undefined);
    await deletes.nothingIsOwed('a');
    expect(fleet.simulator.cluster('b').get(configMapRef('settings', 'placed'))?.metadata.uid).toBe(uid);
    const targets = await deletes.rows(`select cluster from read.targets where application = 'placed'`);
    expect(targets).toEqual([{ cluster: 'b' }]);
  });
});
