import { application, cluster, deployment } from './fixtures';
import { Harness } from './harness';

jest.setTimeout(30_000);

let api: Harness;
beforeAll(async () => {
  api = await Harness.start();
  await api.put('/v1/clusters/a', cluster());
});
afterAll(() => api?.stop());

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
};
const codes = (body: any): string[] => body.warnings.map(({ code }: any) => code);
const shop = '/v1/applications/shop';
const UNSERVED = ['service-missing'];
const UNREADY = ['readiness-probe-missing', 'pre-stop-hook-missing'];

describe('warnings', () => {
  it('come with a definition that is taken all the same', async () => {
    const put = await api.put(shop, application());
    expect(put).toMatchObject({
      status: 202,
      body: {
        warnings: [
          {
            code: 'service-missing',
            object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
            path: '/spec/template/metadata/labels',
            message: expect.stringContaining('no Service of the manifests selects its pods'),
          },
        ],
      },
    });
    expect(codes((await api.getAt(shop, put.body.position)).body)).toEqual(UNSERVED);
  });

  it('come with a release, of what is released and not of the definition, and again with a repeated request', async () => {
    const body = { version: '1', manifests: [deployment(), service] };
    const headers = { 'idempotency-key': 'once' };
    const released = await api.post(`${shop}/releases`, body, { headers });
    expect(released.status).toBe(202);
    expect(codes(released.body)).toEqual(UNREADY);
    expect((await api.post(`${shop}/releases`, body, { headers })).body).toEqual(released.body);
    expect(codes((await api.getAt(shop, released.body.position)).body)).toEqual(UNREADY);
  });

  it('look at the image that is released', async () => {
    const images = { web: 'registry.example/web:latest' };
    const { body } = await api.post(`${shop}/releases`, { version: '2', images });
    expect(codes(body)).toEqual([...UNSERVED, 'image-tag-mutable']);
    expect(body.warnings[1]).toMatchObject({ path: '/spec/template/spec/containers/0/image' });
  });

  it('of the newest release stand in the history, and in no other of its items', async () => {
    const { body: back } = await api.post(`${shop}/rollback`, { to: '1' });
    expect(codes(back)).toEqual(UNREADY);
    const { items } = (await api.getAt(`${shop}/releases`, back.position)).body;
    expect(items.map((item: any) => item.warnings && codes(item))).toEqual([UNREADY, undefined, undefined]);
  });

  it('of an application that goes are of no use to anybody', async () => {
    const { position } = (await api.delete(shop)).body;
    const { status, body } = await api.getAt(shop, position);
    if (status === 200) expect(body.warnings).toEqual([]);
    else expect(status).toBe(404);
  });
});
