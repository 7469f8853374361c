import type { Strategy } from '@keelson/domain';
import { until } from '../../support/until';
import { startFleet, type Fleet } from './fleet-harness';
import { sidecarCommands } from './sidecar-commands';
import {
  count,
  podsIn,
  reachesBatch,
  reachesPhase,
  releaseImage,
  runPhase,
  workload,
  type PodSeen,
} from './sidecar-fixture';

jest.setTimeout(60_000);

const CLUSTERS = ['eu-1', 'us-1'];
const APPLICATIONS = ['shop', 'cart'];
const LABELS = { logs: 'yes' };
const PAUSED: Pick<Strategy, 'batches'> = { batches: [{ size: '50%', pause: '1h' }, { size: '100%' }] };

describe('a sidecar in two applications in two clusters', () => {
  let fleet: Fleet;
  let sidecars: ReturnType<typeof sidecarCommands>;

  const releaseOf = (application: string, image: string, strategy: Partial<Strategy> = {}): Promise<string> =>
    releaseImage(fleet, application, image, strategy);
  const phaseOf = (run: string): Promise<string | undefined> => runPhase(fleet, run);
  const phase = (run: string, wanted: string): Promise<unknown> => reachesPhase(fleet, run, wanted);
  const podsOf = (cluster: string, application: string): PodSeen[] => podsIn(fleet, cluster, application);
  const everywhere = (): PodSeen[] =>
    CLUSTERS.flatMap((cluster) => APPLICATIONS.flatMap((application) => podsOf(cluster, application)));
  const uids = (): string[] =>
    everywhere()
      .map(({ uid }) => uid)
      .sort();
  const reached = (run: string, batch: number): Promise<unknown> =>
    reachesBatch(fleet, run, batch, CLUSTERS.length);

  beforeAll(async () => {
    fleet = await startFleet(CLUSTERS);
    sidecars = sidecarCommands(fleet);
    for (const name of CLUSTERS) await fleet.register(name);
    for (const name of APPLICATIONS) {
      await fleet.define(name, { labels: LABELS, objects: [workload(name, `${name}:1`)] });
      await phase(await releaseOf(name, `${name}:1`), 'Succeeded');
    }
  });
  afterAll(() => fleet?.stop());

  it('is in no pod before its first release, and in every pod after it', async () => {
    await sidecars.define('logs');
    expect(count(everywhere(), 'agent', 'agent:0')).toBe(0);
    await phase(await sidecars.release('logs', 'agent:1'), 'Succeeded');
    await until('the old pods are gone', () => everywhere().length === 16);
    expect(count(everywhere(), 'agent', 'agent:1')).toBe(16);
    expect(count(everywhere(), 'main', 'shop:1')).toBe(8);
  });

  it('is upgraded batch by batch, in place', async () => {
    const before = uids();
    const run = await sidecars.release('logs', 'agent:2', PAUSED);
    await reached(run, 0);
    for (const cluster of CLUSTERS) {
      for (const application of APPLICATIONS) {
        expect(count(podsOf(cluster, application), 'agent', 'agent:2')).toBe(2);
      }
    }
    await fleet.act(run, 'promote');
    await phase(run, 'Succeeded');
    expect(count(everywhere(), 'agent', 'agent:2')).toBe(16);
    expect(uids()).toEqual(before);
    expect(everywhere().map(({ restarts }) => restarts)).toEqual(
      everywhere().map(() => ({ main: 0, agent: 1 })),
    );
  });

  it('goes back in place when its image is bad', async () => {
    const before = uids();
    for (const name of CLUSTERS) fleet.simulator.cluster(name).refuseImage('agent:bad');
    const run = await sidecars.release('logs', 'agent:bad', {
      ...PAUSED,
      progressDeadline: '2s',
      onFailure: 'Rollback',
    });
    await phase(run, 'RolledBack');
    expect(count(everywhere(), 'agent', 'agent:2')).toBe(16);
    expect(uids()).toEqual(before);
    expect(everywhere().every(({ restarts }) => restarts['main'] === 0)).toBe(true);
  });

  it('waits for an application that is held at a batch, which neither undoes nor is undone', async () => {
    const held = await releaseOf('shop', 'shop:2', PAUSED);
    await reached(held, 0);
    const run = await sidecars.release('logs', 'agent:3');
    await until('the other application has it', () =>
      CLUSTERS.every((cluster) => count(podsOf(cluster, 'cart'), 'agent', 'agent:3') === 4),
    );
    for (const cluster of CLUSTERS) {
      expect(count(podsOf(cluster, 'shop'), 'main', 'shop:2')).toBe(2);
      expect(count(podsOf(cluster, 'shop'), 'agent', 'agent:2')).toBe(4);
    }
    await until('it says for what it waits', async () => {
      const [waiting] = await fleet.store.log.read({ run, type: 'RunWaiting' });
      return (waiting?.data as any)?.for[0]?.id === held;
    });
    expect(await phaseOf(run)).toBe('Progressing');
    expect(await phaseOf(held)).toBe('Progressing');
    await fleet.act(held, 'promote');
    await phase(held, 'Succeeded');
    await phase(run, 'Succeeded');
    await until('the old pods are gone', () => everywhere().length === 16);
    expect(count(everywhere(), 'agent', 'agent:3')).toBe(16);
    expect(count(everywhere(), 'main', 'shop:2')).toBe(8);
  });

  it('keeps an application that is released meanwhile to the smaller share, and both arrive', async () => {
    const run = await sidecars.release('logs', 'agent:4', PAUSED);
    await reached(run, 0);
    const released = await releaseOf('cart', 'cart:2');
    await until('the application moves', () =>
      CLUSTERS.every((cluster) => count(podsOf(cluster, 'cart'), 'main', 'cart:2') === 2),
    );
    await until('it says for what it waits', async () => {
      const [waiting] = await fleet.store.log.read({ run: released, type: 'RunWaiting' });
      return (waiting?.data as any)?.for[0]?.id === run;
    });
    expect(await phaseOf(released)).toBe('Progressing');
    await fleet.act(run, 'promote');
    await phase(run, 'Succeeded');
    await phase(released, 'Succeeded');
    await until('the old pods are gone', () => everywhere().length === 16);
    expect(count(everywhere(), 'agent', 'agent:4')).toBe(16);
    expect(count(everywhere(), 'main', 'cart:2')).toBe(8);
  });

  it('steps aside for an application that goes back, and comes again', async () => {
    const run = await sidecars.release('logs', 'agent:5', PAUSED);
    await reached(run, 0);
    const released = await releaseOf('cart', 'cart:3', PAUSED);
    await until('the application moves', () =>
      CLUSTERS.every((cluster) => count(podsOf(cluster, 'cart'), 'main', 'cart:3') === 2),
    );
    await fleet.act(released, 'rollback');
    await phase(released, 'RolledBack');
    for (const cluster of CLUSTERS) {
      await until('it has come again, in its batch', () => {
        const pods = podsOf(cluster, 'cart');
        return pods.length === 4 && count(pods, 'agent', 'agent:5') === 2;
      });
      expect(count(podsOf(cluster, 'cart'), 'main', 'cart:2')).toBe(4);
    }
    await fleet.act(run, 'promote');
    await phase(run, 'Succeeded');
    await until('every pod has it', () => count(everywhere(), 'agent', 'agent:5') === 16);
  });

  it('comes at once to an application that joins later', async () => {
    await fleet.define('late', { labels: LABELS, objects: [workload('late', 'late:1')] });
    await phase(await releaseOf('late', 'late:1'), 'Succeeded');
    expect(count(podsOf('eu-1', 'late'), 'agent', 'agent:5')).toBe(4);
  });

  it('is refused by an application that has a container of its name, which keeps what it has', async () => {
    const own = workload('late', 'late:2') as any;
    own.spec.template.spec.containers.push({ name: 'agent', image: 'own:1' });
    const { value: run } = await fleet.release('late', '2', [own]);
    await phase(run!, 'Paused');
    const { rows } = await fleet.pool.query(`select plan_error from read.targets where application = 'late'`);
    expect(rows[0].plan_error).toBe('/sidecars/logs: Deployment shop/late has a container "agent" already');
    expect(count(podsOf('eu-1', 'late'), 'main', 'late:1')).toBe(4);
  });

  it('leaves every pod when it is deleted', async () => {
    await sidecars.delete('logs');
    await until('no pod has it', () => everywhere().every(({ images }) => !('agent' in images)));
    await until('the old pods are gone', () => everywhere().length === 16);
  });
});
