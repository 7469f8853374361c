import { type Simulator, startSimulator } from '../simulator';

describe('the control endpoints of a simulator', () => {
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await startSimulator({ clusters: 2 });
  });
  afterEach(() => simulator.close());

  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${simulator.url}/control/clusters/${path}`, {
      method,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as { message?: string } };
  };

  it('set, show and heal the faults of one cluster or of all', async () => {
    const plan = { latencyMs: { min: 1, max: 50 }, loseAnswers: 0.1 };
    expect(await call('PUT', 'sim-1/faults', plan)).toEqual({ status: 200, body: plan });
    expect((await call('GET', '*/faults')).body).toEqual({ 'sim-1': plan, 'sim-2': {} });
    await call('PUT', '*/faults', { stalled: true });
    // The endpoints themselves know no faults.
    expect((await call('GET', 'sim-2/faults')).body).toEqual({ stalled: true });
    await call('DELETE', '*/faults');
    expect(simulator.names.map((name) => simulator.cluster(name).faults.plan)).toEqual([{}, {}]);
  });

  it.each([
    ['sim-1/faults', { looseAnswers: 1 }, 'looseAnswers is not a fault'],
    ['sim-1/faults', { loseAnswers: 2 }, 'loseAnswers must be a number from 0 to 1'],
    ['sim-1/faults', { latencyMs: { min: 1 } }, 'latencyMs.max is missing'],
    ['sim-1/faults', { cut: { share: 1, withinBytes: 'x' } }, 'cut.withinBytes must be a number'],
    ['sim-1/faults', { refuse: { status: 200 } }, 'refuse.status must be a number from 400 to 599'],
    ['sim-1/faults', [], 'a fault plan must be an object'],
    ['sim-1/faults', '{', 'JSON'],
    ['sim-1/nodes/node-9', { kubelet: 'stopped' }, 'there is no node node-9'],
    ['sim-1/nodes/node-1', { kubelet: 'gone' }, 'kubelet must be running or stopped'],
    ['sim-1/nodes/node-1', { condition: { type: 'Ready', status: 'No' } }, 'condition.status must be one of'],
  ])('refuse to PUT on %s %j', async (path, body, message) => {
    const answer = await call('PUT', path, body);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(message);
    expect(simulator.cluster('sim-1').faults.plan).toEqual({});
  });

  it('answer 404 for clusters that are not there, 405 for verbs that mean nothing', async () => {
    expect((await call('GET', 'none/faults')).status).toBe(404);
    expect((await call('POST', 'sim-1/faults')).status).toBe(405);
    expect((await call('GET', 'sim-1/compact')).status).toBe(405);
    expect((await call('GET', 'sim-1/nonsense')).status).toBe(404);
  });

  it('stop, start, add and remove nodes, and report of them', async () => {
    const nodes = () =>
      simulator
        .cluster('sim-1')
        .list('v1', 'Node')
        .map(({ metadata }) => metadata.name);
    expect((await call('PUT', 'sim-1/nodes/node-4', { kubelet: 'running' })).status).toBe(200);
    expect(nodes()).toEqual(['node-1', 'node-2', 'node-3', 'node-4']);
    const condition = { type: 'KernelDeadlock', status: 'True', reason: 'Hung' };
    expect((await call('PUT', 'sim-1/nodes/node-4', { condition })).status).toBe(200);
    const node = simulator.cluster('sim-1').get({ apiVersion: 'v1', kind: 'Node', name: 'node-4' });
    expect((node?.status as { conditions: object[] }).conditions).toContainEqual(
      expect.objectContaining(condition),
    );
    await call('PUT', 'sim-1/nodes/node-4', { kubelet: 'stopped' });
    expect((await call('PUT', 'sim-1/nodes/node-4', { condition })).status).toBe(400);
    expect((await call('DELETE', 'sim-1/nodes/node-4')).status).toBe(200);
    expect(nodes()).toHaveLength(3);
    expect((await call('POST', 'sim-1/compact')).status).toBe(200);
  });
});
