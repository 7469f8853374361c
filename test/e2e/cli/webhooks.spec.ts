import { FakeApi } from './fake-api';
import { keelson } from './run-command';

let api: FakeApi;
beforeEach(async () => {
  api = await FakeApi.start();
});
afterEach(() => api.stop());

const run = (line: string, { stdin = '', env = {} } = {}) =>
  keelson(line.split(' '), {
    env: { KEELSON_URL: api.url, KEELSON_TOKEN: 'secret', ...env },
    ...(stdin ? { stdin } : {}),
  });
const at = new Date(Date.now() - 60_000).toISOString();

it('applies one', async () => {
  api.on('PUT', '/v1/webhooks/ci', { status: 202, body: { position: 7 } });
  const { code } = await run('apply -f -', { stdin: 'kind: Webhook\nname: ci\nurl: https://ci.example\n' });
  expect(code).toBe(0);
  expect(api.seen[0]?.body).toEqual({ url: 'https://ci.example' });
});

it('lists them, and what went wrong', async () => {
  const deliveries = { upTo: 9, pending: 2, failed: 1 };
  const lastError = { at, message: 'answered 503' };
  const ci = {
    name: 'ci',
    url: 'https://ci.example',
    signed: true,
    types: ['RunFailed'],
    deliveries,
    lastError,
  };
  api.on('GET', '/v1/webhooks', { body: { items: [ci], next: null } });
  const { out } = await run('webhooks');
  expect(out.split('\n')[1]).toMatch(/^ci +https:\/\/ci\.example +RunFailed +all +2 +1 +answered 503$/);
});

it('lists deliveries', async () => {
  const event = { position: 4, id: 'e', type: 'RunFailed' };
  const attempts = [{ at, ms: 3, status: 500, response: 'oops' }];
  const item = { id: 12, phase: 'Failed', event, attemptCount: 9, attempts };
  api.on('GET', '/v1/webhooks/ci/deliveries', { body: { items: [item], next: null } });
  const { out } = await run('webhooks deliveries ci --failed');
  expect(out.split('\n')[1]).toMatch(/^12 +4 +RunFailed +Failed +9 +1m +500 oops$/);
  expect((await run('webhooks deliveries ci --failed --pending')).code).toBe(2);
});

it('redelivers, replays and deletes', async () => {
  api.on('POST', '/v1/webhooks/ci/deliveries/12/redeliver', { status: 202, body: { position: 20 } });
  api.on('POST', '/v1/webhooks/ci/replay', { status: 202, body: { position: 21 } });
  api.on('DELETE', '/v1/webhooks/ci', { status: 202, body: { position: 22 } });
  expect((await run('webhooks redeliver ci 12')).out).toBe('delivery 12 is tried again, at position 20\n');
  expect((await run('webhooks replay ci --from 3')).out).toBe(
    'webhook ci is told again from position 3 on\n',
  );
  expect(api.seen.at(-1)?.body).toEqual({ from: 3 });
  expect((await run('webhooks replay ci --from then')).code).toBe(2);
  expect((await run('webhooks rm ci')).out).toBe('webhook ci deleted at position 22\n');
});

it('releases with a callback, whose secret is no argument', async () => {
  const answer = { position: 3, release: {}, run: { id: 'shop-1' }, warnings: [] };
  api.on('POST', '/v1/applications/shop/releases', { status: 202, body: answer });
  const line = 'release shop --version 1 --callback https://ci.example/done';
  await run(line);
  await run(line, { env: { KEELSON_CALLBACK_SECRET: 'whsec_x' } });
  expect(api.seen.map(({ body }: any) => body.callback)).toEqual([
    { url: 'https://ci.example/done' },
    { url: 'https://ci.example/done', secret: 'whsec_x' },
  ]);
});
