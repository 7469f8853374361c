import { isDeepStrictEqual } from 'node:util';
import { until } from '../support/until';
import { RealKeelson } from './support/real-keelson';
import { ServiceWitness } from './service-witness';

jest.setTimeout(180_000);

const WAIT = 90_000;

const manifests = (image: string) => [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web' },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 5,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } },
    },
  },
];

/** One application through its life: each case begins where the one before has left it. */
describe('blue-green releases on a real cluster', () => {
  let real: RealKeelson;
  let witness: ServiceWitness;

  beforeAll(async () => {
    real = await RealKeelson.start('blue');
    await define({});
    await real.phase(await release('1', {}), 'Succeeded');
    witness = new ServiceWitness(real.cluster, real.namespace, 'web');
    await witness.start();
  });
  afterAll(async () => {
    await witness?.stop();
    await real?.stop();
  });

  const define = (strategy: object): Promise<unknown> =>
    real.define('web', manifests('web:1'), { strategy: { progressDeadline: '60s', ...strategy } });
  const release = (version: string, strategy: object, image = `web:${version}`): Promise<string> =>
    real.release('web', version, {
      manifests: manifests(image),
      strategy: { progressDeadline: '60s', ...strategy },
    });
  const blueGreen = (change: object = {}, scaleDownDelay = '1h') => ({
    blueGreen: { service: 'web', scaleDownDelay },
    ...change,
  });
  const held = { batches: [{ size: '100%', pause: '1h' }] };
  const uids = async (): Promise<string[]> =>
    (await real.pods('web')).map(({ metadata }) => metadata.uid).sort();
  const runs = (wanted: Record<string, number>): Promise<unknown> => real.runs('web', wanted);
  const serves = (wanted: Record<string, number>): Promise<unknown> =>
    until(
      `the Service serves ${JSON.stringify(wanted)}`,
      () => isDeepStrictEqual(witness.served(), wanted),
      WAIT,
    );

  it('takes over pods that have no colours without a restart, and goes over in one write', async () => {
    const before = await real.pods('web');
    witness.reset();
    const run = await release('2', blueGreen(held));
    await real.reached(run);
    expect(witness.served()).toEqual({ 'web:1': 5 });
    expect(await real.images('web')).toEqual({ 'web:1': 5, 'web:2': 5 });
    // Its labels, and nothing of what runs in it.
    const after = new Map((await real.pods('web')).map((pod) => [pod.metadata.uid, pod]));
    for (const pod of before) {
      expect(after.get(pod.metadata.uid)?.status.containerStatuses[0].restartCount).toBe(0);
    }
    expect(witness.seen).toEqual({ fewest: 5, switches: 1 });
    witness.reset();
    await real.promote(run);
    await real.phase(run, 'Succeeded');
    await serves({ 'web:2': 5 });
    expect(witness.seen).toEqual({ fewest: 5, switches: 1 });
    expect(await real.images('web')).toEqual({ 'web:1': 5, 'web:2': 5 });
    const { items } = await real.keelson.must('GET', '/v1/applications/web/targets');
    expect(items[0]).toMatchObject({
      blueGreen: { active: 'green', blue: 'web-r1', green: 'web-r2', idleUntil: expect.any(String) },
      workload: { desired: 5, updated: 5, ready: 5 },
    });
  });

  it('goes back within the delay by the Service alone, with the pods that are there', async () => {
    await define(blueGreen());
    const before = await uids();
    witness.reset();
    const { run } = await real.keelson.must('POST', '/v1/applications/web/rollback', { to: '1' });
    await real.phase(run.id, 'Succeeded');
    await serves({ 'web:1': 5 });
    expect(witness.seen).toEqual({ fewest: 5, switches: 1 });
    expect(await uids()).toEqual(before);
  });

  it('gives a bad image no traffic and takes no pod for it', async () => {
    witness.reset();
    const run = await release(
      'bad',
      blueGreen({ progressDeadline: '4s', onFailure: 'Rollback' }),
      'web:missing',
    );
    await real.phase(run, 'RolledBack');
    expect(witness.seen).toEqual({ fewest: 5, switches: 0 });
    expect((await real.run(run)).reason).toContain('ImagePullBackOff');
    await runs({ 'web:1': 5 });
  });

  it('scales both colours in the middle, and is superseded there', async () => {
    witness.reset();
    const run = await release('3', blueGreen(held));
    await real.reached(run);
    const size = { replicas: 8, workload: 'Deployment/web' };
    await real.keelson.must('POST', '/v1/applications/web/scale', size);
    await runs({ 'web:1': 8, 'web:3': 8 });
    const newer = await release('4', blueGreen());
    await real.phase(newer, 'Succeeded');
    expect((await real.run(run)).phase).toBe('Superseded');
    await serves({ 'web:4': 8 });
    expect(witness.seen).toEqual({ fewest: 5, switches: 1 });
  });

  it('lets the idle colour go after its delay', async () => {
    const run = await release('5', blueGreen({}, '3s'));
    await real.phase(run, 'Succeeded');
    expect(await real.images('web')).toEqual({ 'web:4': 8, 'web:5': 8 });
    await runs({ 'web:5': 8 });
    await serves({ 'web:5': 8 });
  });

  it('says what a release would change, in the colour that it would come to', async () => {
    const { items } = await real.keelson.must('POST', '/v1/applications/web/diff', {
      manifests: manifests('web:6'),
    });
    const changes = items[0].changes.map(
      ({ object, change }: any) => `${change} ${object.kind} ${object.name}`,
    );
    expect(items[0].source).toBe('DryRun');
    expect(changes.sort()).toEqual([
      'Create Deployment web-green',
      'Update Deployment web',
      'Update Service web',
    ]);
  });

  it('goes on under another strategy without losing a pod', async () => {
    const green = await release('6', blueGreen());
    await real.phase(green, 'Succeeded');
    witness.reset();
    await real.phase(await release('7', {}), 'Succeeded');
    await runs({ 'web:7': 8 });
    await serves({ 'web:7': 8 });
    expect(witness.seen).toEqual({ fewest: 8, switches: 1 });
    const path = `/apis/apps/v1/namespaces/${real.namespace}/deployments`;
    const { items } = await real.cluster.client.must('GET', path);
    expect(items.map(({ metadata }: any) => metadata.name)).toEqual(['web']);
  });

  it('leaves nothing behind when the application is deleted in the middle', async () => {
    await real.reached(await release('8', blueGreen(held)));
    await real.keelson.must('DELETE', '/v1/applications/web');
    await runs({});
    for (const path of ['/apis/apps/v1', '/api/v1', '/apis/policy/v1beta1']) {
      const plural =
        { '/apis/apps/v1': 'deployments', '/api/v1': 'services' }[path] ?? 'poddisruptionbudgets';
      const left = async (): Promise<unknown[]> =>
        (await real.cluster.client.must('GET', `${path}/namespaces/${real.namespace}/${plural}`)).items;
      await until(`no ${plural} are left`, async () => (await left()).length === 0, WAIT);
    }
  });
});
