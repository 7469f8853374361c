import { DEFAULT_STRATEGY, type KubeObject, type Strategy } from '@keelson/domain';
import { until } from '../../support/until';
import { eventsOf, isQuiet, startBehindGate, succeeds } from './fences-fixture';
import type { Fleet } from './fleet-harness';
import { watchPods, type PodWitness } from './support/pod-witness';
import type { Gate, Held } from './support/gate';

jest.setTimeout(180_000);

const PODS = 4;

const web = (version: number, maxUnavailable: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas: PODS,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable } },
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          { name: 'main', image: 'main:1' },
          { name: 'log', image: `log:${version}` },
        ],
      },
    },
  },
});

const inPlace = (batches: Strategy['batches'] = [{ size: '100%' }]): Strategy => ({
  ...DEFAULT_STRATEGY,
  update: 'InPlaceOnly',
  batches,
});

const upTo = (size: string): Strategy['batches'] => [{ size, pause: '1h' }, { size: '100%' }];

const isPodPatch = (method: string, path: string): boolean => method === 'PATCH' && path.includes('/pods/');

describe('a worker that is stopped in the middle of an upgrade in place', () => {
  let fleet: Fleet;
  let gate: Gate;
  let pods: PodWitness;
  let stopped: ReturnType<Fleet['spawnWorker']>;
  beforeEach(async () => {
    // Long enough for two pods that restart at once to be seen to.
    ({ fleet, gate } = await startBehindGate([web(1, 1)], { timings: { podStartMs: 300 } }));
    await succeeds(fleet, (await fleet.release('shop', '1', [web(1, 1)])).value);
    await fleet.stopWorker();
    pods = watchPods(fleet, 'a', 'log');
  });
  afterEach(async () => {
    await stopped?.kill();
    await fleet?.stop();
    await gate?.close();
  });

  const release = async (version: number, maxUnavailable: number, batches?: Strategy['batches']) =>
    (await fleet.release('shop', `${version}`, [web(version, maxUnavailable)], inPlace(batches))).value!;
  const reached = (run: string) =>
    until(
      `${run} reaches a batch`,
      async () => (await fleet.store.log.read({ run, type: 'BatchReached' })).length > 0,
      60_000,
    );
  const patched = (since: number): number[] =>
    gate.answered
      .slice(since)
      .flatMap(({ method, path, status }) => (isPodPatch(method, path) ? status : []));

  /** Another process decides on the pods of a second release, `maxUnavailable` of them, and is stopped at the gate. */
  const stopAt = async (
    hold: () => Held,
    maxUnavailable: number,
    batches?: Strategy['batches'],
  ): Promise<Held> => {
    await release(2, maxUnavailable, batches);
    const held = hold();
    stopped = fleet.spawnWorker();
    await held.given;
    await isQuiet(fleet);
    stopped.process.kill('SIGSTOP');
    return held;
  };
  /** A worker that gets to the cluster only when the newest run is what it wants there, and nothing before. */
  const takeOver = async (newest: string): Promise<void> => {
    const greeting = gate.hold((_, path) => path.endsWith('/version'));
    await fleet.startWorker({ ownsAll: true });
    await greeting.given;
    await until(
      `${newest} is wanted`,
      async () =>
        (await fleet.pool.query(`select from read.targets where record ->> 'run' = $1`, [newest]))
          .rowCount === 1,
      60_000,
    );
    await isQuiet(fleet);
    await greeting.release();
  };
  const nthPatch = (nth: number) => () => {
    let seen = 0;
    return gate.holdRequest((method, path) => isPodPatch(method, path) && ++seen === nth);
  };

  it('changes no pod that a newer release has reached', async () => {
    const late = await stopAt(nthPatch(1), 1);
    const newest = await release(3, 1);
    await takeOver(newest);
    await succeeds(fleet, newest);
    const before = gate.answered.length;
    await late.release();
    stopped.process.kill('SIGCONT');
    await isQuiet(fleet);
    expect(patched(before)).toEqual([409]);
    expect(pods.images()).toEqual(Array(PODS).fill('log:3'));
    expect(pods.moments.map(({ image }) => image)).not.toContain('log:2');
    expect(pods.leastReady()).toBe(PODS - 1);
    expect(await eventsOf(fleet, 'ApplyFailed')).toEqual([]);
  });

  it('does not go on to its next pods, which a newer release has not reached', async () => {
    const first = await stopAt(() => gate.hold(isPodPatch), 3);
    await first.release();
    const newest = await release(3, 1, upTo('25%'));
    await takeOver(newest);
    await reached(newest);
    expect(pods.images()).toContain('log:1');
    await fleet.stopWorker();
    const before = gate.answered.length;
    stopped.process.kill('SIGCONT');
    await fleet.act(newest, 'promote');
    await succeeds(fleet, newest);
    // It may have begun with the next one before it heard of anything; that one has changed, and the fence holds.
    expect(patched(before).filter((status) => status === 200)).toHaveLength(PODS - 1);
    expect(pods.images()).toEqual(Array(PODS).fill('log:3'));
    expect(pods.stepsBack()).toEqual([]);
    expect(pods.leastReady()).toBe(PODS - 1);
  });

  it('takes at most the pod down whose patch was on its way, and the newest release mends it', async () => {
    const late = await stopAt(nthPatch(2), 2, upTo('50%'));
    fleet.simulator.cluster('a').refuseImage('log:3');
    const newest = await release(3, 1, upTo('25%'));
    await takeOver(newest);
    await until(
      'its first pod is down',
      () => pods.moments.at(-1)?.ready === PODS - 1 && pods.images().includes('log:3'),
      60_000,
    );
    const before = gate.answered.length;
    await late.release();
    stopped.process.kill('SIGCONT');
    await isQuiet(fleet);
    expect(patched(before)[0]).toBe(200);
    // Nothing about this pod had changed, so no precondition could tell: one more than the newest plan allows.
    expect(pods.leastReady()).toBe(PODS - 2);
    fleet.simulator.cluster('a').refuseImage('log:3', false);
    await reached(newest);
    await fleet.act(newest, 'promote');
    await succeeds(fleet, newest);
    expect(pods.images()).toEqual(Array(PODS).fill('log:3'));
    expect(pods.stepsBack()).toEqual([]);
  });
});
