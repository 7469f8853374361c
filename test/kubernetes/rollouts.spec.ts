import { until } from '../support/until';
import { RealKeelson } from './support/real-keelson';

jest.setTimeout(180_000);

/** The user's own strategy is unusual, so that it shows when something of it is lost. */
const deployment = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 10,
    minReadySeconds: 1,
    progressDeadlineSeconds: 123,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '30%', maxUnavailable: 0 } },
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } },
  },
});
const statefulSet = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db' },
  spec: {
    replicas: 5,
    serviceName: 'db',
    podManagementPolicy: 'Parallel',
    selector: { matchLabels: { app: 'db' } },
    template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'main', image }] } },
  },
});

describe('batches on a real cluster', () => {
  let real: RealKeelson;

  beforeAll(async () => {
    real = await RealKeelson.start('roll', { keelsonMakesNamespace: true, batchMs: 60_000 });
  });
  afterAll(async () => {
    await real?.stop();
  });

  const apps = (plural: string, name: string): Promise<any> =>
    real.cluster.client.must('GET', `/apis/apps/v1/namespaces/${real.namespace}/${plural}/${name}`);
  const ready = async (): Promise<number> => (await apps('deployments', 'web')).status.readyReplicas ?? 0;

  const define = (name: string, manifests: object[]) =>
    real.define(name, manifests, { strategy: { progressDeadline: '60s' } });
  const release = (app: string, version: string, manifests: object[], strategy: object) =>
    real.release(app, version, { manifests, strategy });
  const held = { batches: [{ size: '20%', pause: '1h' }, { size: '50%', pause: '1h' }, '100%'] };

  it('holds a Deployment at exact counts, and gives the strategy back byte for byte', async () => {
    await define('web', [deployment('web:1')]);
    await real.phase(await release('web', '1', [deployment('web:1')], {}), 'Succeeded');
    const own = (await apps('deployments', 'web')).spec;
    const run = await release('web', '2', [deployment('web:2')], held);
    await real.reached(run);
    expect(await real.images('web')).toEqual({ 'web:1': 8, 'web:2': 2 });
    await real.promote(run);
    await real.reached(run, 1);
    expect(await real.images('web')).toEqual({ 'web:1': 5, 'web:2': 5 });
    await real.phase(run, 'Succeeded');
    await real.runs('web', { 'web:2': 10 });
    const after = (await apps('deployments', 'web')).spec;
    expect({ ...after, template: null }).toEqual({ ...own, template: null });
  });

  it('keeps the share when it is scaled during a hold, and goes forward when superseded', async () => {
    const run = await release('web', '3', [deployment('web:3')], {
      batches: [{ size: '50%', pause: '1h' }, '100%'],
    });
    await real.reached(run);
    await real.keelson.must('POST', '/v1/applications/web/scale', { replicas: 16 });
    await real.runs('web', { 'web:2': 8, 'web:3': 8 });
    const newer = await release('web', '4', [deployment('web:4')], {
      batches: [{ size: '25%', pause: '1h' }, '100%'],
    });
    await real.reached(newer);
    expect((await real.images('web'))['web:4']).toBe(4);
    expect((await real.run(run)).phase).toBe('Superseded');
    await real.promote(newer);
    await real.phase(newer, 'Succeeded');
    await real.runs('web', { 'web:4': 16 });
  });

  it('stops a bad image at the first batch, with every old pod ready, and rolls back', async () => {
    const run = await release('web', 'bad', [deployment('web:missing')], {
      batches: ['10%', '100%'],
      progressDeadline: '3s',
      onFailure: 'Rollback',
    });
    let least = 16;
    await until(
      'it is rolled back',
      async () => {
        least = Math.min(least, await ready());
        return (await real.run(run)).phase === 'RolledBack';
      },
      90_000,
    );
    expect(least).toBe(16);
    await real.runs('web', { 'web:4': 16 });
    const { reason } = await real.run(run);
    expect(reason).toContain('ImagePullBackOff');
  });

  it('holds a StatefulSet at exact counts by its partition, and gives the partition back', async () => {
    await define('db', [statefulSet('db:1')]);
    await real.phase(await release('db', '1', [statefulSet('db:1')], {}), 'Succeeded');
    const own = (await apps('statefulsets', 'db')).spec;
    const run = await release('db', '2', [statefulSet('db:2')], {
      batches: [{ size: '40%', pause: '1h' }, '100%'],
    });
    await real.reached(run);
    expect(await real.images('db')).toEqual({ 'db:1': 3, 'db:2': 2 });
    await real.promote(run);
    await real.phase(run, 'Succeeded');
    await real.runs('db', { 'db:2': 5 });
    const after = (await apps('statefulsets', 'db')).spec;
    expect({ ...after, template: null }).toEqual({ ...own, template: null });
  });
});
