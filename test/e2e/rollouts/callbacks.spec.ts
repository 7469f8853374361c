import { createHmac } from 'node:crypto';
import { startSimulator, type Simulator } from '@keelson/k8s';
import { Outside } from '../../../apps/worker/src/verification/outside.spec';
import { startKeelson, type Keelson } from '../../support/keelson';
import { until } from '../../support/until';

jest.setTimeout(60_000);

const key = Buffer.alloc(32, 3);
const secret = `whsec_${key.toString('base64')}`;

describe('callbacks to a pipeline', () => {
  let keelson: Keelson;
  let simulator: Simulator;
  const outside = new Outside();
  const heard = (path: string): any[] =>
    outside.seen.filter(({ url }) => url === path).map(({ body }) => JSON.parse(body));

  beforeAll(async () => {
    await outside.start();
    [keelson, simulator] = await Promise.all([
      startKeelson(undefined, { allowPrivateCallbacks: true }),
      startSimulator({ clusters: ['eu'] }),
    ]);
    const connection = { kubeconfig: simulator.kubeconfig('eu') };
    await keelson.must('PUT', '/v1/clusters/eu', { labels: {}, connection });
    await keelson.must('PUT', '/v1/applications/shop', {
      namespace: 'shop',
      manifests: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { a: 'b' } }],
      placement: { clusterSelector: {} },
      strategy: { stages: [{ name: 'all', before: [{ type: 'Approval' }] }] },
    });
  });
  afterAll(async () => {
    await keelson?.stop();
    await simulator?.close();
    await outside.stop();
  });

  const delivered = (path: string, count: number): Promise<any[]> =>
    until(`${path} shows ${count} deliveries`, async () => {
      const { items } = await keelson.must('GET', path);
      return items.length === count && items.every(({ phase }: any) => phase === 'Delivered') && items;
    });

  it('tell the one who released of the course of the run, and nobody of others', async () => {
    outside.json('/release', {});
    await keelson.must('POST', '/v1/applications/shop/releases', {
      version: '1.0',
      callback: { url: `${outside.url}/release`, secret },
    });
    await until('the approval is asked for', () => heard('/release').length === 2);
    await keelson.must('POST', '/v1/runs/shop-1/actions', { action: 'approve', reason: 'fine' });
    await until('the end is told', () => heard('/release').length === 3);
    expect(heard('/release').map(({ type, subject }) => [type, subject])).toEqual([
      ['dev.cdevents.pipelinerun.started.0.2.0', 'shop-1'],
      ['dev.keelson.GateStarted', 'run/shop-1'],
      ['dev.cdevents.pipelinerun.finished.0.2.0', 'shop-1'],
    ]);
    const { headers, body } = outside.seen.filter(({ url }) => url === '/release').at(-1)!;
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    );
    expect(await delivered('/v1/runs/shop-1/deliveries', 3)).toMatchObject([
      { event: { type: 'RunSucceeded' }, attemptCount: 1, attempts: [{ status: 200 }], nextAttemptAt: null },
      { event: { type: 'GateStarted' } },
      { event: { type: 'RunCreated' } },
    ]);
    const run = await keelson.must('GET', '/v1/runs/shop-1');
    expect(run.callback).toEqual({ url: `${outside.url}/release`, signed: true });
    expect(JSON.stringify(await keelson.must('GET', '/v1/audit?application=shop'))).not.toContain(
      secret.slice(6),
    );

    await keelson.must('POST', '/v1/applications/shop/releases', { version: '1.1' });
    await keelson.must('POST', '/v1/runs/shop-2/actions', { action: 'abort', reason: 'enough' });
    expect((await keelson.must('GET', '/v1/runs/shop-2/deliveries')).items).toEqual([]);
  });

  it('tell a webhook of the past, once more on request, and show what came of it', async () => {
    outside.json('/hook', { message: 'not yet' }, 422);
    await keelson.must('PUT', '/v1/webhooks/pipeline', {
      url: `${outside.url}/hook`,
      types: ['RunSucceeded', 'RunAborted'],
      fromPosition: 1,
    });
    const { id } = await until('the refusals are shown', async () => {
      const { items } = await keelson.must('GET', '/v1/webhooks/pipeline/deliveries?phase=Pending');
      return items.length === 2 && items[0].attempts[0]?.status === 422 && items[0];
    });
    const { deliveries, lastError } = await keelson.must('GET', '/v1/webhooks/pipeline');
    expect(deliveries).toMatchObject({ pending: 2, failed: 0 });
    expect(lastError.message).toBe('answered 422: {"message":"not yet"}');

    const metrics = await (await fetch(`${keelson.url}/metrics`)).text();
    expect(metrics).toContain('keelson_callback_deliveries{to="webhook/pipeline",phase="Pending"} 2');

    outside.json('/hook', {});
    await delivered('/v1/webhooks/pipeline/deliveries', 2);
    expect((await keelson.must('GET', '/v1/webhooks/pipeline')).lastError).toBeNull();

    // Nothing is pending any more: what comes now was asked for.
    const told = heard('/hook').length;
    await keelson.must('POST', `/v1/webhooks/pipeline/deliveries/${id}/redeliver`, { reason: 'once more' });
    await until('it is delivered again', () => heard('/hook').length > told);
    await delivered('/v1/webhooks/pipeline/deliveries', 2);
    await keelson.must('POST', '/v1/webhooks/pipeline/replay', { from: 1 });
    await delivered('/v1/webhooks/pipeline/deliveries', 4);
    expect(heard('/hook')).toHaveLength(told + 3);

    const { items } = await keelson.must('GET', '/v1/webhooks/pipeline/deliveries?limit=3');
    expect(items).toHaveLength(3);
    const { next } = await keelson.must('GET', '/v1/webhooks/pipeline/deliveries?limit=3');
    const rest = await keelson.must('GET', `/v1/webhooks/pipeline/deliveries?limit=3&after=${next}`);
    expect(rest).toMatchObject({ items: [{ id: expect.any(Number) }], next: null });
  });
});
