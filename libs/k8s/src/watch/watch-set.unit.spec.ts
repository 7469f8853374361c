import { ClusterClient } from '../client/cluster-client';
import { UnknownKindError } from '../discovery/discovery';
import { json, ScriptedServer, until } from '../testing/scripted-server.spec';
import { StubDiscovery } from '../testing/stub-api.spec';
import { WatchSet, type WatchSetEvent } from './watch-set';

describe('WatchSet', () => {
  let server: ScriptedServer;
  let client: ClusterClient;
  let set: WatchSet;
  let discovery: StubDiscovery;
  const events: WatchSetEvent[] = [];

  beforeEach(async () => {
    events.length = 0;
    discovery = new StubDiscovery();
    server = await ScriptedServer.start((call, response) => {
      if (call.query['watch']) response.writeHead(200).flushHeaders();
      else {
        const name = call.path.split('/').at(-1);
        const items = [{ metadata: { name, namespace: 'n', uid: 'u', resourceVersion: '5' } }];
        json(response, 200, { metadata: { resourceVersion: '10' }, items });
      }
    });
    client = new ClusterClient({ server: server.url });
    set = new WatchSet({ client, discovery });
    set.subscribe((event) => events.push(event));
  });
  afterEach(async () => {
    await set.stop();
    await client.close();
    await server.close();
  });

  it('watches each kind once, from its first mention', async () => {
    set.ensure('v1', 'ConfigMap');
    set.ensure('v1', 'ConfigMap');
    set.ensure('v1', 'Secret');
    expect(await set.waitForSync(5_000)).toBe(true);
    await until('watching', () => set.states().every(({ phase }) => phase === 'Watching'));
    expect(set.states()).toMatchObject([
      { kind: 'ConfigMap', synced: true, objects: 1 },
      { kind: 'Secret', synced: true, objects: 1 },
    ]);
    const ref = { apiVersion: 'v1', kind: 'Secret', namespace: 'n', name: 'secrets' };
    expect(set.lookup(ref)).toMatchObject({ kind: 'Secret' });
    expect(set.lookup({ ...ref, name: 'other' })).toBe('absent');
    expect(set.lookup({ ...ref, kind: 'Namespace' })).toBe('unknown');
    expect([...set.objects('v1', 'ConfigMap')]).toHaveLength(1);
    expect([...set.objects('v1', 'Namespace')]).toHaveLength(0);
    expect(events.filter(({ type, of }) => type === 'SYNCED' && of.kind === 'Secret')).toHaveLength(1);
  });

  it('selects what carries the label of an application, or what it is told', async () => {
    set.ensure('v1', 'ConfigMap');
    set.ensure('v1', 'Secret', { labelSelector: '' });
    await set.waitForSync(5_000);
    const selector = (path: string) =>
      server.calls.find((call) => call.path === path)?.query['labelSelector'];
    expect(selector('/api/v1/configmaps')).toBe('keelson.dev/application');
    expect(selector('/api/v1/secrets')).toBeUndefined();
  });

  it('counts a kind that is not served as settled, and looks again when it is named again', async () => {
    discovery.missing.add('Widget');
    set.ensure('example.com/v1', 'Widget');
    expect(await set.waitForSync(5_000)).toBe(true);
    expect(set.states()).toMatchObject([{ phase: 'Absent', synced: false }]);
    expect(set.lookup({ apiVersion: 'example.com/v1', kind: 'Widget', name: 'w' })).toBe('absent');
    discovery.missing.delete('Widget');
    set.ensure('example.com/v1', 'Widget');
    await until('served', () => set.states()[0]?.synced === true);
  });

  it('does not wait longer than it is told', async () => {
    discovery.resolve = () => new Promise(() => undefined);
    const hanging = new WatchSet({
      client,
      discovery: {
        ...discovery,
        invalidate: () => undefined,
        resolve: () => Promise.reject(new Error('later')),
      },
      backoff: { minMs: 5, maxMs: 5 },
    });
    hanging.ensure('v1', 'ConfigMap');
    expect(await hanging.waitForSync(40)).toBe(false);
    await hanging.stop();
  });

  it('gives our own writes to the informer of their kind', async () => {
    set.ensure('v1', 'ConfigMap');
    await set.waitForSync(5_000);
    const metadata = { name: 'mine', namespace: 'n', resourceVersion: '12', uid: 'm' };
    set.store({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    set.store({ apiVersion: 'v1', kind: 'Namespace', metadata });
    expect(events.at(-1)).toMatchObject({ type: 'ADDED', source: 'own', of: { kind: 'ConfigMap' } });
  });

  it('asks discovery afresh when the server says 404', async () => {
    server.script = (_call, response) =>
      json(response, 404, { kind: 'Status', code: 404, reason: 'NotFound' });
    discovery.invalidate = () => void discovery.missing.add('Widget');
    const quick = new WatchSet({ client, discovery, backoff: { minMs: 2, maxMs: 2 } });
    quick.ensure('example.com/v1', 'Widget');
    await until('absent', () => quick.states()[0]?.phase === 'Absent');
    expect(quick.states()[0]?.lastError?.message).toContain(
      new UnknownKindError('example.com/v1', 'Widget').message,
    );
    await quick.stop();
  });

  it('starts nothing after its stop', async () => {
    await set.stop();
    set.ensure('v1', 'ConfigMap');
    expect(set.states()).toEqual([]);
  });
});
