import { DEFAULT_STRATEGY, type KubeObject, type Strategy } from '@keelson/domain';
import { until } from '../../support/until';
import { startFleet, type Fleet } from './fleet-harness';

jest.setTimeout(60_000);

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
const NAMESPACE = 'shop';

const workload = (kind: (typeof KINDS)[number], log: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'web', namespace: NAMESPACE },
  spec: {
    ...(kind === 'DaemonSet' ? {} : { replicas: 4 }),
    ...(kind === 'StatefulSet' ? { serviceName: 'web' } : {}),
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          { name: 'main', image: 'main:1' },
          { name: 'log', image: log },
        ],
      },
    },
  },
});

const inPlace = (change: Partial<Strategy> = {}): Strategy => ({
  ...DEFAULT_STRATEGY,
  update: 'InPlaceOnly',
  batches: [{ size: '50%', pause: '1h' }, { size: '100%' }],
  ...change,
});

describe.each(KINDS)('a sidecar of a %s, upgraded in place by a run', (kind) => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await startFleet(['eu-1']);
    await fleet.register('eu-1');
    await fleet.define('shop', { objects: [workload(kind, 'log:1')] });
    const { value: run } = await fleet.release('shop', '1', [workload(kind, 'log:1')]);
    await phase(run!, 'Succeeded');
  });
  afterAll(() => fleet?.stop());

  const phase = (run: string, wanted: string): Promise<unknown> =>
    until(`${run} is ${wanted}`, async () => {
      const { rows } = await fleet.pool.query('select phase from read.runs where id = $1', [run]);
      return rows[0]?.phase === wanted;
    });
  const reached = (run: string): Promise<unknown> =>
    until(
      `${run} reaches its first batch`,
      async () => (await fleet.store.log.read({ run, type: 'BatchReached' })).length > 0,
    );
  const pods = (): any[] => fleet.simulator.cluster('eu-1').pods(NAMESPACE);
  const onImage = (image: string): number =>
    pods().filter(({ spec }) => spec.containers[1].image === image).length;
  /** What must not change: the pods themselves, and the lives of their main containers. */
  const lives = (): string[] =>
    pods()
      .map(({ metadata, status }) => {
        const main = status.containerStatuses.find(({ name }: any) => name === 'main');
        return `${metadata.name} ${metadata.uid} ${main.containerID} ${main.restartCount}`;
      })
      .sort();
  const spec = (): any =>
    fleet.simulator.cluster('eu-1').get({ apiVersion: 'apps/v1', kind, namespace: NAMESPACE, name: 'web' })?.[
      'spec'
    ];

  it('goes batch by batch, survives the worker, and leaves every pod and main container as it was', async () => {
    const before = lives();
    const own = { ...spec(), template: undefined };
    const half = Math.max(1, Math.floor(before.length / 2));
    const { value: run } = await fleet.release('shop', '2', [workload(kind, 'log:2')], inPlace());
    await reached(run!);
    expect(onImage('log:2')).toBe(half);
    await fleet.stopWorker();
    await fleet.act(run!, 'promote');
    await fleet.startWorker();
    await phase(run!, 'Succeeded');
    expect(onImage('log:2')).toBe(before.length);
    expect(lives()).toEqual(before);
    expect({ ...spec(), template: undefined }).toEqual(own);
    expect(spec().template.spec.containers[1].image).toBe('log:2');
  });

  it('goes back in place when its image cannot be pulled', async () => {
    const before = lives();
    fleet.simulator.cluster('eu-1').refuseImage('log:bad');
    const { value: run } = await fleet.release(
      'shop',
      'bad',
      [workload(kind, 'log:bad')],
      inPlace({ progressDeadline: '2s', onFailure: 'Rollback' }),
    );
    await phase(run!, 'RolledBack');
    expect(onImage('log:2')).toBe(before.length);
    expect(lives()).toEqual(before);
  });

  it('is refused where more than images changes', async () => {
    const changed = workload(kind, 'log:3');
    (changed['spec'] as any).template.spec.containers[0].env = [{ name: 'A', value: 'b' }];
    const { value: run } = await fleet.release('shop', '3', [changed], inPlace());
    await phase(run!, 'Paused');
    const { rows } = await fleet.pool.query<{ reason: string }>(
      `select state ->> 'reason' as reason from read.runs where id = $1`,
      [run],
    );
    expect(rows[0]?.reason).toContain('/spec/template/spec/containers/main/env');
    expect(onImage('log:2')).toBe(pods().length);
  });
});
