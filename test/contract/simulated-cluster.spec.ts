import { type Simulator, startSimulator } from '../../libs/k8s/src/simulator';
import { ContractClient } from './kubernetes/client';
import { configMap, deployment } from './kubernetes/objects';

/** What the simulator offers beyond a real API server: faults, foreign hands, a look inside. */
describe('a simulated cluster', () => {
  let simulator: Simulator;
  const clients: ContractClient[] = [];
  const maps = '/api/v1/namespaces/default/configmaps';
  const refOf = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name });

  const clientOf = (name: string): ContractClient => {
    const { token } = simulator.cluster(name);
    const server = `${simulator.url}/clusters/${name}`;
    const client = new ContractClient({ name, server, token, controllers: true });
    clients.push(client);
    return client;
  };

  beforeEach(async () => {
    simulator = await startSimulator({ clusters: 2, timings: { bookmarkEveryMs: 30, historyLimit: 5 } });
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await simulator.close();
  });

  it('is one of several that share nothing but the port', async () => {
    await clientOf('sim-1').post(maps, configMap('only-here', {}));
    expect(simulator.cluster('sim-1').get(refOf('only-here'))).toBeDefined();
    expect(simulator.cluster('sim-2').get(refOf('only-here'))).toBeUndefined();
    expect((await clientOf('sim-2').get(`${maps}/only-here`)).status).toBe(404);
    expect(simulator.names).toEqual(['sim-1', 'sim-2']);
  });

  it('can be added, once, while others are served', async () => {
    simulator.addCluster('late');
    expect((await clientOf('late').get('/version')).status).toBe(200);
    expect(() => simulator.addCluster('late')).toThrow('already');
    expect(() => simulator.cluster('none')).toThrow('no simulated cluster none');
  });

  it('cannot be reached while it is cut off, and is as it was when it comes back', async () => {
    const cluster = simulator.cluster('sim-1');
    const client = clientOf('sim-1');
    await client.post(maps, configMap('kept', {}));
    const watch = await client.watch(maps);
    cluster.setReachable(false);
    await watch.drain();
    await expect(client.get('/version')).rejects.toThrow();
    expect((await clientOf('sim-2').get('/version')).status).toBe(200);
    cluster.setReachable(true);
    expect((await client.get(`${maps}/kept`)).status).toBe(200);
    expect(cluster.hub.open).toBe(0);
  });

  it('fails as often as it was told to', async () => {
    const client = clientOf('sim-1');
    simulator.cluster('sim-1').failNext(2, 503);
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await client.get('/version')).status);
    expect(statuses).toEqual([503, 503, 200]);
  });

  it('answers late when it was told to', async () => {
    const client = clientOf('sim-1');
    simulator.cluster('sim-1').delay(60);
    const started = performance.now();
    await client.get('/version');
    expect(performance.now() - started).toBeGreaterThanOrEqual(55);
  });

  it('gives the count to whoever scales, where it is told to be as new as that', async () => {
    await simulator.close();
    simulator = await startSimulator({ clusters: 1, tracksScale: true });
    const client = clientOf('sim-1');
    const path = '/apis/apps/v1/namespaces/default/deployments/web';
    await client.apply(path, deployment('web', { replicas: 4 }));
    await client.merge(`${path}/scale?fieldManager=autoscaler`, { spec: { replicas: 3 } });
    const { body } = await client.get(path);
    expect(body.metadata.managedFields).toContainEqual(
      expect.objectContaining({ manager: 'autoscaler', operation: 'Update', subresource: 'scale' }),
    );
    const conflict = await client.apply(path, deployment('web', { replicas: 4 }));
    expect([conflict.status, conflict.body.details.causes[0].field]).toEqual([409, '.spec.replicas']);
    const after = await client.apply(path, deployment('web'));
    expect(after.body.spec.replicas).toBe(3);
  });

  it('counts requests by verb, dry runs apart', async () => {
    const client = clientOf('sim-1');
    const { requests } = simulator.cluster('sim-1');
    await client.apply(`${maps}/c`, configMap('c', {}));
    await client.apply(`${maps}/c`, configMap('c', {}), { dryRun: true });
    await client.get(`${maps}/c`);
    await client.delete(`${maps}/c`);
    expect([requests.of('apply'), requests.of('dryRun'), requests.of('get'), requests.writes]).toEqual([
      1, 1, 1, 2,
    ]);
    requests.reset();
    expect([requests.writes, requests.total]).toEqual([0, 0]);
  });

  it('lets foreign hands edit and delete, under their own name', async () => {
    const client = clientOf('sim-1');
    const cluster = simulator.cluster('sim-1');
    await client.apply(`${maps}/c`, configMap('c', { a: '1' }));
    const watch = await client.watch(maps, 'resourceVersion=0');
    cluster.edit(refOf('c'), (object) => {
      (object.data as Record<string, string>).a = '2';
    });
    cluster.delete(refOf('c'));
    expect(await watch.take(3)).toEqual(['ADDED c', 'MODIFIED c', 'DELETED c']);
    const managers = watch.events[1]?.object.metadata.managedFields.map(
      (entry: { manager: string }) => entry.manager,
    );
    expect(managers).toEqual(['kubectl-edit']);
    expect(() => cluster.edit(refOf('c'), () => undefined)).toThrow('is not in cluster');
  });

  it('hands out copies, never its own objects', async () => {
    const cluster = simulator.cluster('sim-1');
    cluster.create({ ...configMap('c', { a: '1' }), metadata: { name: 'c', namespace: 'default' } });
    const copy = cluster.get(refOf('c'));
    (copy?.data as Record<string, string>).a = 'spoilt';
    expect(cluster.get(refOf('c'))?.data).toEqual({ a: '1' });
  });

  it('forgets old history, and says so to watches and pages', async () => {
    const client = clientOf('sim-1');
    const { body } = await client.get(maps);
    for (let count = 0; count < 20; count += 1) await client.post(maps, configMap(`c-${count}`, {}));
    const watch = await client.watch(maps, `resourceVersion=${body.metadata.resourceVersion}`);
    expect(await watch.drain()).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
    const page = (await client.get(`${maps}?limit=2`)).body.metadata.continue as string;
    simulator.cluster('sim-1').compact();
    expect(await client.get(`${maps}?limit=2&continue=${page}`)).toMatchObject({
      status: 410,
      body: { reason: 'Expired' },
    });
  });

  it('sends bookmarks as often as it was told to', async () => {
    const watch = await clientOf('sim-1').watch(maps, 'resourceVersion=0&allowWatchBookmarks=1');
    for (let count = 0; count < 2; count += 1) expect((await watch.next()).type).toBe('BOOKMARK');
  });

  it('serves a thousand watches of one kind, each told once of each change', async () => {
    const client = clientOf('sim-1');
    const { hub } = simulator.cluster('sim-1');
    const cluster = simulator.cluster('sim-1');
    const told: string[] = [];
    for (let count = 0; count < 1_000; count += 1) {
      const type = cluster.state.registry.byKind('v1', 'ConfigMap');
      if (!type) throw new Error('no ConfigMaps');
      const options = {
        type,
        apiVersion: 'v1',
        namespace: 'default',
        matches: () => true,
        resourceVersion: '0',
      };
      const timing = { bookmarks: false, timeoutMs: 60_000, bookmarkEveryMs: 60_000 };
      hub.start(
        { ...options, ...timing },
        { write: (line) => told.push(String(line)), end: () => undefined },
      );
    }
    await client.post(maps, configMap('fan', {}));
    expect(told).toHaveLength(1_000);
    expect(new Set(told).size).toBe(1);
  });
});
