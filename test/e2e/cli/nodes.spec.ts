import { FakeApi } from './fake-api';
import { keelson } from './run-command';

let api: FakeApi;
beforeEach(async () => {
  api = await FakeApi.start();
});
afterEach(() => api.stop());

const run = (line: string, stdin = '') =>
  keelson(line.split(' '), {
    env: { KEELSON_URL: api.url, KEELSON_TOKEN: 'secret' },
    ...(stdin ? { stdin } : {}),
  });

const repair = {
  id: 'eu-repair-1',
  phase: 'Draining',
  why: 'not Ready',
  policy: 'hardware',
  by: null,
  message: 'in namespace shop: Cannot evict pod',
};
const since = new Date(Date.now() - 3_600_000).toISOString();

it('lists the nodes of a cluster and what their repairs wait for', async () => {
  const items = [
    { name: 'n1', ready: false, since, reason: 'NodeStatusUnknown', repair },
    { name: 'n2', ready: true, since, reason: null, repair: null },
  ];
  api.on('GET', '/v1/clusters/eu/nodes', { body: { items, next: null } });
  const { code, out } = await run('nodes eu');
  const [, first, second] = out.split('\n');
  expect(code).toBe(0);
  expect(first).toMatch(
    /^n1 +NotReady \(NodeStatusUnknown\) +1h +eu-repair-1 Draining +in namespace shop: Cannot evict pod$/,
  );
  expect(second).toMatch(/^n2 +Ready +1h +-/);
});

it('begins, ends and gives up a repair', async () => {
  const path = '/v1/clusters/eu/nodes/n1/repair';
  api.on('POST', path, { status: 202, body: { position: 7, repair: 'eu-repair-1' } });
  api.on('POST', `${path}ed`, { status: 202, body: { position: 8 } });
  api.on('DELETE', path, { status: 202, body: { position: 9 } });
  expect((await run('repair-node eu n1 --reason disk')).out).toBe(
    'repair eu-repair-1 of node n1 begun at position 7\n',
  );
  expect(api.seen[0]?.body).toEqual({ reason: 'disk' });
  expect((await run('node-repaired eu n1')).out).toBe('node n1 told repaired at position 8\n');
  await run('node-repaired eu n1 --repair eu-repair-1');
  expect(api.seen.slice(1).map(({ body }) => body)).toEqual([{}, { repair: 'eu-repair-1' }]);
  expect((await run('cancel-node-repair eu n1')).out).toBe('repair of node n1 cancelled at position 9\n');
  expect((await run('repair-node eu n1')).code).toBe(2);
});

it('lists and deletes policies', async () => {
  const hardware = { name: 'hardware', notReadyFor: '5m', maxUnhealthy: '20%', maxConcurrent: 1 };
  api.on('GET', '/v1/node-repair-policies', { body: { items: [hardware], next: null } });
  api.on('DELETE', '/v1/node-repair-policies/hardware', { status: 202, body: { position: 4 } });
  expect((await run('node-repair-policies')).out).toMatch(/\nhardware +5m +20% +1 +never +-\n$/);
  expect((await run('node-repair-policies rm hardware')).out).toBe(
    'node repair policy hardware deleted at position 4\n',
  );
});
