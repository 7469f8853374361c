import { application, cluster, deployment } from './fixtures';
import { Harness } from './harness';

let api: Harness;
beforeAll(async () => {
  api = await Harness.start();
  await api.put('/v1/clusters/eu-1', cluster());
});
afterAll(() => api.stop());

const image = (tag: number): string => `registry.example/web:${tag}`;
const release = async (name: string, version: string, tag: number) => {
  const json = { version, images: { web: image(tag) } };
  return (await api.post(`/v1/applications/${name}/releases`, json)).body;
};
const rollBack = (name: string, json: object, headers = {}) =>
  api.post(`/v1/applications/${name}/rollback`, json, { headers });

/** What the run engine records when a run has brought its release everywhere. */
const settle = async (name: string, sequence: number): Promise<number> => {
  const run = `${name}-${sequence}`;
  const outcome = await api.store.append({
    streams: [
      {
        stream: `run/${run}`,
        expectedVersion: 'any',
        events: [{ type: 'RunSucceeded', data: { application: name, run } }],
      },
    ],
    meta: { commandId: run, correlationId: run, actor: 'run-engine' },
  });
  if (outcome.outcome !== 'ok') throw new Error(outcome.outcome);
  return api.store.log.awaitSealed(outcome.seqs.at(-1) as number);
};

const history = async (name: string, position: number) =>
  (await api.getAt(`/v1/applications/${name}/releases`, position)).body.items;

describe('an application with a past', () => {
  let settled: number;
  let second: any;
  beforeAll(async () => {
    await api.put('/v1/applications/shop', application());
    await release('shop', '1.0', 1);
    settled = await settle('shop', 1);
    second = await release('shop', '1.1', 2);
    await release('shop', '1.0', 3);
    await release('shop', '2.0', 4);
  });

  const target = async (json: object) => {
    const answer = await rollBack('shop', json);
    expect(answer.status).toBe(202);
    const [newest] = await history('shop', answer.body.position);
    return newest;
  };

  it('goes back to a version: a new release of the old content, and a run that says so', async () => {
    const answer = await rollBack('shop', { to: '1.1', reason: 'errors in 2.0' });
    expect(answer).toMatchObject({
      status: 202,
      body: {
        release: { id: 'shop-r5', version: '1.1', revision: second.release.revision },
        run: { id: 'shop-5' },
      },
    });
    expect(await history('shop', answer.body.position)).toMatchObject([
      {
        id: 'shop-r5',
        restores: 'shop-r2',
        images: { web: image(2) },
        actor: 'admin',
        reason: 'errors in 2.0',
      },
      { id: 'shop-r4', run: { phase: 'Superseded' } },
      {},
      {},
      {},
    ]);
    expect((await api.get('/v1/runs/shop-5')).body).toMatchObject({ rollback: true, version: '1.1' });
    const { items } = (await api.get('/v1/audit?type=ReleaseFrozen&application=shop&limit=500')).body;
    expect(items.at(-1).data).toMatchObject({
      restores: 'shop-r2',
      objects: [{ spec: { template: { spec: { containers: [{ image: image(2) }] } } } }],
    });
  });

  it('takes the newest of a version that was released twice', async () => {
    expect(await target({ to: '1.0' })).toMatchObject({ restores: 'shop-r3', images: { web: image(3) } });
  });

  it('goes back to a revision', async () => {
    const [first] = (await history('shop', 0)).slice(-1);
    expect(await target({ to: first.revision })).toMatchObject({ restores: 'shop-r1' });
  });

  it('goes back to a position: what had been settled then, not what was under way', async () => {
    expect(second.position).toBeGreaterThan(settled);
    expect(await target({ to: second.position })).toMatchObject({ restores: 'shop-r1' });
    expect(await target({ to: String(second.position) })).toMatchObject({ restores: 'shop-r1' });
  });

  it('may take another strategy for this run only', async () => {
    const { body } = await rollBack('shop', { to: '1.1', strategy: { minSuccessTime: '7s' } });
    const { items } = (await api.get(`/v1/audit?type=RunCreated&run=${body.run.id}`)).body;
    expect(items[0].data).toMatchObject({ rollback: true, strategy: { minSuccessTime: '7s' } });
    expect(await rollBack('shop', { to: '1.1', strategy: { batches: ['10%'] } })).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/strategy/batches/0/size' }] },
    });
  });

  it('is told which versions there are when it names none of them', async () => {
    const before = await api.countEvents();
    expect(await rollBack('shop', { to: '9.9' })).toMatchObject({
      status: 422,
      body: {
        code: 'release-not-found',
        errors: [{ path: '/to', message: expect.stringMatching(/"9\.9"; known are .*1\.1.*2\.0/) }],
      },
    });
    expect(await rollBack('shop', { to: 1_000_000 })).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/to', message: expect.stringMatching(/position 1000000/) }] },
    });
    expect(await api.countEvents()).toBe(before);
  });

  it('is rolled back once for one key', async () => {
    const key = { 'idempotency-key': 'back-1' };
    const first = await rollBack('shop', { to: '1.1' }, key);
    const before = await api.countEvents();
    expect((await rollBack('shop', { to: '1.1' }, key)).body).toEqual(first.body);
    expect(await api.countEvents()).toBe(before);
  });
});

it('without a past there is nothing to go back to', async () => {
  await api.put('/v1/applications/young', application());
  expect(await rollBack('young', { to: '1.0' })).toMatchObject({
    status: 422,
    body: { errors: [{ path: '/to', message: expect.stringMatching(/nothing was released/) }] },
  });
  expect(await rollBack('none', { to: '1.0' })).toMatchObject({
    status: 404,
    body: { code: 'application-not-found' },
  });
});

it('before anything had settled, a position means what was asked for', async () => {
  await api.put('/v1/applications/new', application());
  const first = await release('new', '1.0', 1);
  await release('new', '1.1', 2);
  const { body } = await rollBack('new', { to: first.position });
  expect((await history('new', body.position))[0]).toMatchObject({ restores: 'new-r1' });
});

it('an application that was deleted and defined anew has no part in what was before', async () => {
  await api.put('/v1/applications/reborn', application());
  await release('reborn', '1.0', 1);
  await api.delete('/v1/applications/reborn');
  await api.put('/v1/applications/reborn', application({ namespace: 'elsewhere' }));
  expect(await rollBack('reborn', { to: '1.0' })).toMatchObject({ status: 422 });
});

it('old content that the overrides in force do not fit is refused by their path', async () => {
  await api.put('/v1/applications/over', application());
  await release('over', '1.0', 1);
  const other = { ...deployment(), metadata: { name: 'api' } };
  const patch = [{ op: 'replace', path: '/spec/replicas', value: 1 }];
  const overrides = [
    { clusterSelector: {}, patches: [{ target: { kind: 'Deployment', name: 'api' }, patch }] },
  ];
  await api.put('/v1/applications/over', application({ manifests: [other], overrides }));
  expect(await rollBack('over', { to: '1.0' })).toMatchObject({
    status: 422,
    body: { errors: [{ path: '/overrides/0/patches/0/target' }] },
  });
});

it('nothing of this was a failure of ours', () => expect(api.problems).toEqual([]));
