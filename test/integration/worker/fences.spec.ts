import { until } from '../../support/until';
import { eventsOf, isQuiet, startBehindGate, succeeds } from './fences-fixture';
import { configMap, deployment, startFleet, type Fleet } from './fleet-harness';
import type { Gate } from './support/gate';

jest.setTimeout(180_000);

const settings = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' };
const extra = { ...settings, name: 'extra' };
const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

const both = (version: string) => [configMap(version), configMap(version, 'extra')];

const greeting = (fleet: Fleet, of = settings): string | undefined =>
  (fleet.simulator.cluster('a').get(of)?.['data'] as { greeting: string } | undefined)?.greeting;

describe('a worker that is stopped between its look and its write', () => {
  let fleet: Fleet;
  let gate: Gate;
  beforeEach(async () => {
    ({ fleet, gate } = await startBehindGate([configMap('1')]));
  });
  afterEach(async () => {
    await fleet?.stop();
    await gate?.close();
  });

  const isLook =
    (name: string) =>
    (method: string, path: string): boolean =>
      method === 'GET' && path.endsWith(`/configmaps/${name}`);
  const isList = (method: string, path: string): boolean =>
    method === 'GET' && path.includes('/configmaps?') && !path.includes('watch=true');

  /** A process that looks at `name` and is stopped before it hears the answer, which is given by then. */
  const stoppedAtLook = async (name: string) => {
    // Without a list there is no cache, so that it must look.
    const list = gate.hold(isList);
    const look = gate.hold(isLook(name));
    const worker = fleet.spawnWorker();
    await look.given;
    await isQuiet(fleet);
    worker.process.kill('SIGSTOP');
    await look.release();
    return {
      goOn: async () => {
        worker.process.kill('SIGCONT');
        await list.release();
      },
      kill: () => worker.kill(),
    };
  };

  it('does not put its old plan over the newer one, and records nothing false', async () => {
    await succeeds(fleet, (await fleet.release('shop', '1', [configMap('1')])).value);
    await fleet.stopWorker();
    await fleet.release('shop', '2', [configMap('2')]);
    const stopped = await stoppedAtLook('settings');
    try {
      await fleet.startWorker({ ownsAll: true });
      await succeeds(fleet, (await fleet.release('shop', '3', [configMap('3')])).value);
      expect(greeting(fleet)).toBe('3');
      const before = gate.answered.length;
      await stopped.goOn();
      const refused = () =>
        gate.answered
          .slice(before)
          .some(
            ({ method, path, status }) => method === 'PATCH' && path.includes('settings') && status === 409,
          );
      await until('its write is refused', refused, 60_000);
      await isQuiet(fleet);
      expect(greeting(fleet)).toBe('3');
      const written = gate.answered
        .slice(before)
        .filter(
          ({ method, status, path }) => method === 'PATCH' && status < 300 && path.includes('settings'),
        );
      expect(written).toEqual([]);
      const generations = (await eventsOf(fleet, 'PlanApplied')).map(({ generation }) => generation);
      expect(generations).toEqual([...generations].sort((a, b) => a - b));
      expect(await eventsOf(fleet, 'ApplyFailed')).toEqual([]);
      expect(await eventsOf(fleet, 'DriftDetected')).toEqual([]);
    } finally {
      await stopped.kill();
    }
  });

  /** With a worker that stands before `extra`: release 2 let that go, release 3, carried out by another, has it again. */
  const overtaken = async (task: (stopped: Awaited<ReturnType<typeof stoppedAtLook>>) => Promise<void>) => {
    await succeeds(fleet, (await fleet.release('shop', '1', both('1'))).value);
    await fleet.stopWorker();
    await fleet.release('shop', '2', [configMap('2')]);
    const stopped = await stoppedAtLook('extra');
    try {
      const { value: newest } = await fleet.release('shop', '3', both('3'));
      await fleet.startWorker({ ownsAll: true });
      await succeeds(fleet, newest);
      await task(stopped);
    } finally {
      await stopped.kill();
    }
  };

  it('does not delete what the newer plan has again', () =>
    overtaken(async (stopped) => {
      const { uid } = fleet.simulator.cluster('a').get(extra)!.metadata;
      const told = await eventsOf(fleet, 'ObjectsPruned');
      const before = gate.answered.length;
      await stopped.goOn();
      const refused = () =>
        gate.answered
          .slice(before)
          .some(
            ({ method, path, status }) => method === 'DELETE' && path.includes('extra') && status === 409,
          );
      await until('its delete is refused', refused, 60_000);
      await isQuiet(fleet);
      expect(greeting(fleet, extra)).toBe('3');
      expect(fleet.simulator.cluster('a').get(extra)!.metadata.uid).toBe(uid);
      expect(await eventsOf(fleet, 'ObjectsPruned')).toEqual(told);
    }));

  it('does not settle what is owed anew since', () =>
    overtaken(async (stopped) => {
      const owed = async () =>
        (await fleet.pool.query('select ref from read.inventory where not wanted')).rows.map(
          ({ ref }) => ref,
        );
      const cluster = fleet.simulator.cluster('a');
      cluster.edit(extra, ({ metadata }) => (metadata['finalizers'] = ['example.com/hold']));
      // Its delete is refused, and it looks once more: at what the third release made of the object.
      const again = gate.hold(isLook('extra'));
      await stopped.goOn();
      await again.given;
      await succeeds(fleet, (await fleet.release('shop', '4', [configMap('4')])).value);
      await until('it is being deleted', () => cluster.get(extra)?.metadata.deletionTimestamp !== undefined);
      await again.release();
      await isQuiet(fleet);
      expect(await owed()).toEqual([extra]);
      cluster.edit(extra, ({ metadata }) => delete metadata['finalizers']);
      await until('nothing is owed', async () => (await owed()).length === 0, 60_000);
      expect(cluster.get(extra)).toBeUndefined();
    }));
});

describe('two workers on one cluster by mistake', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet(['a']);
    await fleet.stopWorker();
    await fleet.startWorker({ ownsAll: true });
    await fleet.register('a');
    await fleet.define('shop');
  });
  afterAll(() => fleet?.stop());

  it('end where one would, without a fight', async () => {
    // The other holds the locks; this one works on everything all the same.
    const other = await fleet.joinWorker({ ownsAll: true });
    try {
      const cluster = fleet.simulator.cluster('a');
      const image = (): string => (cluster.get(web)?.['spec'] as any).template.spec.containers[0].image;
      for (const version of ['1', '2']) {
        const objects = [deployment(`shop:${version}`), configMap(version)];
        await succeeds(fleet, (await fleet.release('shop', version, objects)).value);
        expect([image(), greeting(fleet)]).toEqual([`shop:${version}`, version]);
      }
      await isQuiet(fleet);
      const before = cluster.requests.writes;
      cluster.edit(settings, (object) => (object['data'] = { greeting: 'by hand' }));
      cluster.delete(web);
      await until('both are put right', () => greeting(fleet) === '2' && cluster.get(web) !== undefined);
      await isQuiet(fleet);
      // One write for each object would do; each worker may have tried once, and looked again.
      expect(cluster.requests.writes - before).toBeLessThanOrEqual(4);
      expect([image(), greeting(fleet)]).toEqual(['shop:2', '2']);
      const { rows } = await fleet.pool.query('select drift from read.targets');
      expect(rows).toEqual([{ drift: [] }]);
      const settled = cluster.requests.writes;
      await fleet.application('shop', { type: 'ScaleApplication', scale: { replicas: 3 } });
      await until('three are ready', () => (cluster.get(web)?.['status'] as any)?.readyReplicas === 3);
      await isQuiet(fleet);
      expect(cluster.requests.writes - settled).toBeLessThanOrEqual(8);
    } finally {
      await other.stop();
    }
  });
});
