import { ClusterClient } from '../client/cluster-client';
import { json, ScriptedServer, until } from '../testing/scripted-server.spec';
import { StubDiscovery } from '../testing/stub-api.spec';
import { CollectionWatches, type Collection } from './collection-watches';

const configs: Collection = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'n', labelSelector: 'app=web' };
const secrets: Collection = { ...configs, kind: 'Secret' };
const object = (kind: string, name: string, resourceVersion: string) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'n', uid: name, resourceVersion },
});

describe('CollectionWatches', () => {
  let server: ScriptedServer;
  let client: ClusterClient;
  let watches: CollectionWatches;
  const told: string[] = [];
  const open = () =>
    server.calls
      .filter((call) => call.query['watch'])
      .map(({ path, query }) => [path, query['labelSelector']]);

  beforeEach(async () => {
    told.length = 0;
    server = await ScriptedServer.start((call, response) => {
      if (call.query['watch']) response.writeHead(200).flushHeaders();
      else json(response, 200, { metadata: { resourceVersion: '10' }, items: [object('X', 'a', '5')] });
    });
    client = new ClusterClient({ server: server.url });
    watches = new CollectionWatches({ client, discovery: new StubDiscovery() }, (follower) =>
      told.push(follower),
    );
  });
  afterEach(async () => {
    await watches.stop();
    await client.close();
    await server.close();
  });

  it('watches one namespace by one selector, and tells who follows', async () => {
    expect(watches.objects(configs)).toBe('unknown');
    watches.follow('shop', [configs]);
    watches.follow('cart', [configs]);
    await until('listed', () => watches.objects(configs) !== 'unknown');
    await until('watched', () => open().length === 1);
    expect(open()).toEqual([['/api/v1/namespaces/n/configmaps', 'app=web']]);
    expect(watches.objects(configs)).toMatchObject([{ kind: 'ConfigMap', metadata: { name: 'a' } }]);
    expect(new Set(told)).toEqual(new Set(['shop', 'cart']));
  });

  it('lets a watch go with its last follower', async () => {
    watches.follow('shop', [configs, secrets]);
    watches.follow('cart', [configs]);
    await until('listed', () => [configs, secrets].every((of) => watches.objects(of) !== 'unknown'));
    watches.follow('shop', []);
    expect(watches.objects(configs)).toHaveLength(1);
    expect(watches.objects(secrets)).toBe('unknown');
    watches.follow('cart', []);
    expect(watches.objects(configs)).toBe('unknown');
  });

  it('knows our own writes at once, and tells nobody of them', async () => {
    watches.follow('shop', [configs]);
    await until('listed', () => watches.objects(configs) !== 'unknown');
    told.length = 0;
    watches.store(object('ConfigMap', 'a', '11'));
    watches.store(object('Secret', 'a', '12'));
    expect(watches.objects(configs)).toMatchObject([{ metadata: { resourceVersion: '11' } }]);
    expect(told).toEqual([]);
  });
});
