import { FakeApi } from './fake-api';
import { keelson } from './run-command';

let api: FakeApi;
beforeEach(async () => {
  api = await FakeApi.start();
});
afterEach(() => api.stop());

const run = (line: string) =>
  keelson(line.split(' '), { env: { KEELSON_URL: api.url, KEELSON_TOKEN: 'secret' } });

const logs = {
  name: 'logs',
  containers: [{ name: 'agent', image: 'agent:2' }],
  release: { id: 'logs-sr2', version: '2', revision: 'abc' },
  activeRun: { id: 'logs-s2', phase: 'Progressing' },
  targets: { total: 4, released: 3 },
};

it('lists sidecars', async () => {
  api.on('GET', '/v1/sidecars', { body: { items: [logs], next: null } }, { body: { items: [], next: null } });
  const { code, out } = await run('sidecars');
  expect(code).toBe(0);
  expect(out).toMatch(/^NAME .*\nlogs +2 +3\/4 +logs-s2 Progressing +agent\n$/);
  expect((await run('sidecars')).out).toBe('no sidecars\n');
});

it('releases one, with its images and reason', async () => {
  const body = {
    position: 8,
    release: { id: 'logs-sr3', version: '3', revision: 'abc' },
    run: { id: 'logs-s3' },
  };
  api.on('POST', '/v1/sidecars/logs/releases', { status: 202, body });
  const result = await run('sidecars release logs --version 3 --image agent=agent:3 --reason why');
  expect(result).toMatchObject({ code: 0, out: 'sidecar logs 3 released as run logs-s3\n' });
  expect(api.seen[0]?.body).toEqual({ version: '3', images: { agent: 'agent:3' }, reason: 'why' });
});

it('shows its targets, and which of them waits', async () => {
  const target = { cluster: 'eu-1', phase: 'Available', version: '2', waiting: false };
  const items = [
    { ...target, application: 'cart', message: 'all is well' },
    { ...target, application: 'shop', waiting: true, phase: 'Progressing' },
  ];
  api.on('GET', '/v1/sidecars/logs/targets', { body: { items, next: null } });
  const [, cart, shop] = (await run('sidecars targets logs')).out.split('\n');
  expect(cart).toMatch(/^eu-1 +cart +Available +2 +all is well$/);
  expect(shop).toMatch(/^eu-1 +shop +Progressing +2 +waits until no other run moves it$/);
});

it('deletes one', async () => {
  api.on('DELETE', '/v1/sidecars/logs', { status: 202, body: { position: 9 } });
  expect((await run('sidecars delete logs --reason gone')).out).toBe('sidecar logs deleted at position 9\n');
  expect(api.seen[0]?.path).toBe('/v1/sidecars/logs?reason=gone');
});

it('says what was refused, by exit code 3', async () => {
  const problem = { status: 404, code: 'sidecar-not-found', detail: 'no such sidecar' };
  api.on('POST', '/v1/sidecars/logs/releases', { status: 404, body: problem });
  expect(await run('sidecars release logs --version 3')).toMatchObject({ code: 3 });
});
