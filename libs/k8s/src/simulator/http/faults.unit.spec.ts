import type { KubeObject } from '@keelson/domain';
import fc from 'fast-check';
import { applyPlan } from '../../apply/apply-plan';
import { ClusterClient } from '../../client/cluster-client';
import { NetworkError } from '../../client/errors';
import { Discovery } from '../../discovery/discovery';
import { NormalForms } from '../../drift/normal-form';
import { until } from '../../testing/scripted-server.spec';
import { Informer } from '../../watch/informer';
import { type FaultPlan } from '../faults/fault-plan';
import { type SimulatedCluster } from '../simulated-cluster';
import { type Simulator, startSimulator } from '../simulator';

/** Letters of one to four bytes, so that a cut falls inside of one now and then. */
const WORDS = ['plain', 'größe', '大きさ', '🚢⚓', 'ñandú'];

const configMap = (name: string, data: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});
const refOf = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name });
const PATH = '/api/v1/namespaces/default/configmaps';

describe('the faults of a simulated cluster', () => {
  let simulator: Simulator;
  let cluster: SimulatedCluster;
  let client: ClusterClient;

  beforeEach(async () => {
    simulator = await startSimulator({ clusters: ['eu'], seed: 'faults', timings: { bookmarkEveryMs: 20 } });
    cluster = simulator.cluster('eu');
    client = new ClusterClient(
      { server: `${simulator.url}/clusters/eu`, token: cluster.token },
      { requestTimeoutMs: 5_000 },
    );
  });
  afterEach(async () => {
    await client.close();
    await simulator.close();
  });

  const create = (name: string) => client.request('POST', PATH, { body: configMap(name) });
  const exists = (name: string) => cluster.get(refOf(name)) !== undefined;

  it('lose a request before it is done', async () => {
    cluster.faults.set({ loseRequests: 1 });
    await expect(create('lost')).rejects.toBeInstanceOf(NetworkError);
    expect(exists('lost')).toBe(false);
    cluster.faults.set({});
    await create('lost');
  });

  it('lose an answer after the work is done', async () => {
    cluster.faults.set({ loseAnswers: 1 });
    await expect(create('done')).rejects.toBeInstanceOf(NetworkError);
    expect(exists('done')).toBe(true);
  });

  it('cut an answer at a byte, and nobody takes a part for the whole', async () => {
    cluster.create(configMap('long', { text: WORDS.join(' ').repeat(20) }));
    for (let seed = 0; seed < 20; seed += 1) {
      cluster.faults.set({ seed: String(seed), cut: { share: 1, withinBytes: 400 } });
      await expect(client.request('GET', `${PATH}/long`)).rejects.toBeInstanceOf(NetworkError);
    }
  });

  it('let an answer trickle, whole in the end', async () => {
    cluster.create(configMap('slow', { text: WORDS.join(' ') }));
    cluster.faults.set({ dribble: { bytes: 7, everyMs: 0 }, latencyMs: { min: 1, max: 3 } });
    const { data } = await client.request<{ data: Record<string, string> }>('GET', `${PATH}/slow`);
    expect(data).toEqual({ text: WORDS.join(' ') });
  });

  it.each([
    [429, 7],
    [503, 7],
    [500, 0],
    [409, 0],
  ])('refuse as often as they are told: %d', async (status, retryAfterSeconds) => {
    cluster.faults.set({ refuse: { status, count: 2, retryAfterSeconds } });
    for (const name of ['one', 'two']) {
      await expect(create(name)).rejects.toMatchObject({
        status,
        ...(retryAfterSeconds > 0 ? { details: { retryAfterSeconds } } : {}),
      });
    }
    await create('three');
    expect([exists('one'), exists('three')]).toEqual([false, true]);
  });

  it('give 409 to writes alone', async () => {
    cluster.faults.set({ refuse: { status: 409, share: 1 } });
    await client.request('GET', PATH);
    await expect(create('one')).rejects.toMatchObject({ status: 409 });
  });

  it('expire the further pages of a list', async () => {
    for (const name of ['a', 'b', 'c']) cluster.create(configMap(name));
    const { metadata } = await client.request<{ metadata: { continue: string } }>('GET', PATH, {
      query: { limit: 1 },
    });
    cluster.faults.set({ expire: 1 });
    const query = { limit: 1, continue: metadata.continue };
    await expect(client.request('GET', PATH, { query })).rejects.toMatchObject({ status: 410 });
  });

  it('stall: nothing is answered, and what waited is dead when the stall is over', async () => {
    await client.request('GET', PATH); // over its connection: a new one may come about when all is over
    cluster.faults.set({ stalled: true });
    const asked = create('late');
    const early = await Promise.race([
      asked.catch(() => 'refused'),
      new Promise((resolve) => setTimeout(resolve, 50, 'silent')),
    ]);
    expect(early).toBe('silent');
    cluster.faults.set({});
    await expect(asked).rejects.toBeInstanceOf(NetworkError);
    expect(exists('late')).toBe(false);
    await create('late');
  });

  it('stall and forget: what waited is never answered, new connections are', async () => {
    await client.request('GET', PATH);
    cluster.faults.set({ stalled: true, forgets: true });
    const asked = create('late').catch(() => 'failed');
    const early = () => Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 50, 'silent'))]);
    expect(await early()).toBe('silent');
    cluster.faults.set({});
    const other = new ClusterClient({ server: `${simulator.url}/clusters/eu`, token: cluster.token });
    await other.request('POST', PATH, { body: configMap('new') });
    await other.close();
    expect(await early()).toBe('silent');
    expect([exists('late'), exists('new')]).toEqual([false, true]);
    await client.close();
    expect(await asked).toBe('failed');
  });

  it('are the same for the same requests of the same seed', async () => {
    const outcomes = async () => {
      cluster.faults.set({ seed: 'again', loseRequests: 0.3, refuse: { status: 500, share: 0.3 } });
      const seen: string[] = [];
      for (let count = 0; count < 30; count += 1) {
        seen.push(
          await client.request('GET', PATH).then(
            () => 'ok',
            (error: unknown) => (error as Error).constructor.name,
          ),
        );
      }
      return seen;
    };
    const first = await outcomes();
    expect(await outcomes()).toEqual(first);
    expect(new Set(first).size).toBe(3);
  });

  const share = fc.double({ min: 0, max: 0.4, noNaN: true });
  const plan = fc.record<FaultPlan>(
    {
      seed: fc.string(),
      loseRequests: share,
      loseAnswers: share,
      cut: fc.record({
        share: fc.double({ min: 0, max: 0.7, noNaN: true }),
        withinBytes: fc.integer({ min: 1, max: 3_000 }),
      }),
      refuse: fc.record({ status: fc.constantFrom(429, 500, 503), share, retryAfterSeconds: fc.constant(0) }),
      expire: share,
      latencyMs: fc.constant({ min: 0.1, max: 4 }),
      dribble: fc.record({ bytes: fc.integer({ min: 1, max: 300 }), everyMs: fc.constant(0) }),
    },
    { requiredKeys: ['seed'] },
  );
  const write = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    word: fc.constantFrom(...WORDS),
    gone: fc.boolean(),
  });

  it('leave an informer with what the store has, whatever was cut where', async () => {
    const resource = await new Discovery(client).resolve('v1', 'ConfigMap');
    await fc.assert(
      fc.asyncProperty(plan, fc.array(write, { minLength: 1, maxLength: 25 }), async (faults, writes) => {
        const informer = new Informer(
          {
            client,
            resolve: () => Promise.resolve(resource),
            namespace: 'default',
            pageSize: 2,
            livenessMs: 2_000,
            backoff: { minMs: 1, maxMs: 5 },
          },
          () => undefined,
        );
        cluster.faults.set(faults);
        informer.start();
        for (const { name, word, gone } of writes) {
          if (!exists(name)) cluster.create(configMap(name, { word }));
          else if (gone) cluster.delete(refOf(name));
          else
            cluster.edit(
              refOf(name),
              (object) => void Object.assign(object.data as object, { word, more: word.repeat(30) }),
            );
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        cluster.faults.set({});
        const stored = JSON.stringify(cluster.list('v1', 'ConfigMap', 'default'));
        const cached = () => {
          const objects = [...informer.objects()];
          return JSON.stringify(objects.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)));
        };
        await until(
          'the cache to equal the store',
          () => informer.phase === 'Watching' && cached() === stored,
          10_000,
        );
        await informer.stop();
        for (const { metadata } of cluster.list('v1', 'ConfigMap', 'default'))
          cluster.delete(refOf(metadata.name));
      }),
      { numRuns: 40, seed: 20_261_126, endOnFailure: false },
    );
  }, 120_000);

  it('leave an applier with its plan applied, however often it must try', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (faults) => {
        const discovery = new Discovery(client);
        const waves = [[configMap('a', { word: faults.seed ?? '' }), configMap('b', { word: '大きさ' })]];
        const request = {
          application: 'shop',
          generation: 10,
          hash: 'hash10',
          waves,
          whenToTakeOver: 'Always' as const,
          namespace: 'default',
        };
        cluster.faults.set(faults);
        let left = 200;
        for (let applied = false; !applied && left > 0; left -= 1) {
          const result = await applyPlan({ client, discovery, memory: new NormalForms() }, request).catch(
            () => undefined,
          );
          applied = result?.applied ?? false;
        }
        cluster.faults.set({});
        expect(left).toBeGreaterThan(0);
        expect(cluster.get(refOf('a'))?.data).toEqual({ word: faults.seed });
        expect(cluster.get(refOf('b'))?.data).toEqual({ word: '大きさ' });
      }),
      { numRuns: 15, seed: 20_261_126 },
    );
  }, 120_000);
});
