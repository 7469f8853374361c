import { application, cluster } from './fixtures';
import { Harness, type Send } from './harness';
import {
  notAvailableYet,
  wrongApplications,
  wrongClusters,
  wrongRollouts,
  wrongShapes,
  type WrongInput,
} from './wrong-input';

let api: Harness;
beforeAll(async () => {
  api = await Harness.start({ project: false });
  await api.put('/v1/clusters/known', cluster());
  await api.put('/v1/applications/shop', application());
});
afterAll(() => api.stop());

/** Whatever was refused must have left no trace. */
const unchanged = async <T>(work: () => Promise<T>): Promise<T> => {
  const count = async () => {
    const { rows } = await api.database.pool.query(
      'select (select count(*)::int from events) as events, (select count(*)::int from secrets) as secrets',
    );
    return rows[0];
  };
  const before = await count();
  const result = await work();
  expect(await count()).toEqual(before);
  return result;
};

describe.each([
  ['wrong shape', wrongShapes],
  ['wrong application', wrongApplications],
  ['wrong cluster', wrongClusters],
  ['wrong rollout', wrongRollouts],
  ['what is not available yet', notAvailableYet],
])('%s', (_, cases: readonly WrongInput[]) => {
  it.each(cases)('$what is refused by its path', async ({ request, path, message }) => {
    const answer = await unchanged(() => api.send(request.method, request.path, request));
    expect({
      status: answer.status,
      type: answer.headers.get('content-type'),
      body: answer.body,
    }).toMatchObject({
      status: 422,
      type: 'application/problem+json',
      body: {
        status: 422,
        code: expect.stringMatching(/^[a-z]+(-[a-z]+)*$/),
        type: `urn:keelson:problem:${answer.body.code}`,
        errors: expect.arrayContaining([{ path, message: expect.stringMatching(message) }]),
      },
    });
  });
});

it('everything that is wrong is told at once', async () => {
  const { body } = await api.put('/v1/applications/Shop?x=1', application({ colour: 1, namespace: 'A' }));
  expect(body.errors.map(({ path }: any) => path).sort()).toEqual(['/colour', '/name', '/namespace', '?x']);
});

it('a namespace that moves is a conflict', async () => {
  const answer = await unchanged(() => api.put('/v1/applications/shop', application({ namespace: 'other' })));
  expect(answer).toMatchObject({
    status: 409,
    body: { code: 'namespace-is-fixed', errors: [{ path: '/namespace' }] },
  });
});

describe('requests that cannot be read', () => {
  const large = Buffer.alloc(10 * 1024 * 1024 + 1, ' ');
  const text = { 'content-type': 'text/plain' };
  it.each([
    { what: 'a body over 10 MB', send: { raw: large }, status: 413, code: 'body-too-large' },
    { what: 'another type', send: { raw: 'a', headers: text }, status: 415, code: 'unsupported-media-type' },
    { what: 'no JSON', send: { raw: '{"a":' }, status: 400, code: 'malformed-json' },
    { what: 'no UTF-8', send: { raw: Buffer.from([0x22, 0xff, 0x22]) }, status: 400, code: 'malformed-json' },
  ] as { what: string; send: Send; status: number; code: string }[])(
    '$what',
    async ({ send, status, code }) => {
      const answer = await unchanged(() => api.send('PUT', '/v1/clusters/c', send));
      expect(answer).toMatchObject({ status, body: { status, code } });
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    },
  );

  it('a body of just 10 MB can', async () => {
    const json = JSON.stringify(cluster());
    const raw = json + ' '.repeat(10 * 1024 * 1024 - json.length);
    expect(await api.send('PUT', '/v1/clusters/large', { raw })).toMatchObject({ status: 202 });
  });
});

describe('what is not there', () => {
  it.each([
    ['GET', '/v1/nothing', 404, 'route-not-found'],
    ['GET', '/v1/clusters/%FF', 400, 'bad-request'],
    ['GET', '/v1/tokens', 404, 'not-available-yet'],
    ['DELETE', '/v1/applications/none', 404, 'application-not-found'],
    ['DELETE', '/v1/clusters/none', 404, 'cluster-not-found'],
    ['DELETE', '/v1/holds/none', 404, 'hold-not-found'],
    ['DELETE', '/v1/windows/none', 404, 'window-not-found'],
    ['DELETE', '/v1/webhooks/none', 404, 'webhook-not-found'],
    ['POST', '/v1/webhooks/none/deliveries/1/redeliver', 404, 'webhook-not-found'],
  ])('%s %s', async (method, path, status, code) => {
    const answer = await unchanged(() => api.send(method, path));
    expect(answer).toMatchObject({ status, body: { status, code } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('cannot be scaled or released', async () => {
    const expected = { status: 404, body: { code: 'application-not-found' } };
    expect(await unchanged(() => api.post('/v1/applications/none/scale', { replicas: 1 }))).toMatchObject(
      expected,
    );
    expect(await unchanged(() => api.post('/v1/applications/none/releases', { version: '1' }))).toMatchObject(
      expected,
    );
  });

  it('a wrong method is told which are right', async () => {
    const answer = await api.send('PATCH', '/v1/clusters/known', { json: {} });
    expect(answer).toMatchObject({ status: 405, body: { code: 'method-not-allowed' } });
    expect(answer.headers.get('allow')).toBe('PUT, GET, DELETE');
  });
});

it('nothing of this was a failure of ours', () => expect(api.problems).toEqual([]));
