import { randomUUID } from 'node:crypto';
import { APPLICATION_LABEL, FLAPPING, type DriftPolicy } from '@keelson/domain';
import { badRequest } from '../../../libs/k8s/src/simulator/api/api-error';
import { until } from '../../support/until';
import { configMap, deployment, startFleet, type Fleet } from './fleet-harness';

jest.setTimeout(60_000);

const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const settings = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' };

describe('drift of a target', () => {
  let fleet: Fleet;
  const cluster = () => fleet.simulator.cluster('a');
  const greeting = () => (cluster().get(settings)?.['data'] as { greeting: string } | undefined)?.greeting;
  const edit = (value: string, manager?: string) =>
    cluster().edit(settings, (object) => (object['data'] = { greeting: value }), manager);
  const target = async (): Promise<any> =>
    (await fleet.pool.query(`select * from read.targets where application = 'shop'`)).rows[0];
  const events = async (type: string): Promise<any[]> =>
    (await fleet.store.log.read({ application: 'shop', type })).map(({ data }) => data);
  const lastEnd = async (): Promise<any> => (await events('DriftCorrected')).at(-1);
  const policy = (drift: DriftPolicy) => fleet.define('shop', { policy: { drift, whenToTakeOver: 'Never' } });
  const isOpen = () => until('the drift is open', async () => (await target()).drift.length > 0);
  const isClosed = () => until('no drift is open', async () => (await target()).drift.length === 0);

  beforeEach(async () => {
    fleet = await startFleet(['a']);
    await fleet.register('a');
    await policy('Report');
    const { value: run } = await fleet.release('shop', '1', [deployment('shop:1'), configMap('planned')]);
    await until('the run succeeds', async () => {
      const { rows } = await fleet.pool.query('select phase from read.runs where id = $1', [run]);
      return rows[0]?.phase === 'Succeeded';
    });
  });
  afterEach(() => fleet?.stop());

  it('that was reported before a restart and undone during it is over', async () => {
    edit('by hand');
    await isOpen();
    await fleet.stopWorker();
    edit('planned');
    await fleet.startWorker();
    await isClosed();
    expect(await lastEnd()).toMatchObject({ object: settings, how: 'Undone', at: expect.any(String) });
  });

  it('that the API server does not let be put right says why, for as long as it does not', async () => {
    const { requests } = cluster();
    const count = requests.count.bind(requests);
    let isRefused = true;
    requests.count = (verb) => {
      count(verb);
      if (isRefused && verb === 'apply') throw badRequest('the webhook says no');
    };
    await policy('Correct');
    edit('by hand');
    await isOpen();
    const { health } = await until('it says why', async () => {
      const seen = await target();
      return seen.health.message.includes('the webhook says no') && seen;
    });
    expect(health).toMatchObject({
      status: 'InProgress',
      message: expect.stringMatching(/ConfigMap shop\/settings/),
    });
    isRefused = false;
    await until('it is put right', () => greeting() === 'planned', 40_000);
    await until('nothing is in the way', async () => (await target()).health.status === 'Current');
  });

  it('of one object whose normal form is refused after a restart keeps nothing else from being looked after', async () => {
    const { requests } = cluster();
    const count = requests.count.bind(requests);
    let isRefused = true;
    requests.count = (verb) => {
      count(verb);
      if (isRefused && verb === 'dryRun') throw badRequest('the webhook does not support dry run');
    };
    await fleet.stopWorker();
    edit('by hand');
    cluster().delete(web);
    await policy('Correct');
    await fleet.startWorker();
    await until('the other one is put right', () => cluster().get(web) !== undefined);
    await until('that is told of', async () => (await lastEnd())?.object.name === 'web');
    await until('it is judged', async () => (await target()).health.status === 'Current');
    expect(greeting()).toBe('by hand');
    isRefused = false;
    await until('it is put right as well', () => greeting() === 'planned', 40_000);
  });

  it('that was reported before a restart is put right after it, when the policy says so by then', async () => {
    edit('by hand');
    await isOpen();
    await fleet.stopWorker();
    await policy('Correct');
    await fleet.startWorker();
    await until('it is put right', () => greeting() === 'planned');
    await isClosed();
    expect(await lastEnd()).toMatchObject({ object: settings, how: 'Applied' });
    expect(await events('DriftDetected')).toHaveLength(1);
  });

  it('is nobody’s business any more when the policy becomes Ignore, and is found when it becomes Correct', async () => {
    edit('by hand');
    await isOpen();
    await policy('Ignore');
    await isClosed();
    expect(await lastEnd()).toMatchObject({ object: settings, how: 'Ignored' });
    expect(greeting()).toBe('by hand');
    edit('by hand again');
    cluster().delete(web);
    await policy('Correct');
    await until('both are put right', () => greeting() === 'planned' && cluster().get(web) !== undefined);
    await isClosed();
  });

  it('is a deletion, with an empty path: reported and left, and made good by the next plan', async () => {
    cluster().delete(settings);
    await isOpen();
    expect((await target()).drift).toMatchObject([
      { object: settings, changes: [{ path: '', from: 'applied', to: 'deleted' }] },
    ]);
    expect(cluster().get(settings)).toBeUndefined();
    await fleet.release('shop', '2', [deployment('shop:2'), configMap('planned')]);
    await until('it is there again', () => greeting() === 'planned');
    await isClosed();
    expect(await lastEnd()).toMatchObject({ object: settings, how: 'Applied' });
  });

  it('that was open when the cluster was let go of is over when it is registered again, and found anew', async () => {
    cluster().delete(settings);
    await isOpen();
    await fleet.forget('a', 'orphan');
    await until('the target is gone', async () => (await target()) === undefined);
    await fleet.register('a');
    await until('the plan is applied', async () => (await target())?.health?.status === 'Current');
    expect(await lastEnd()).toMatchObject({ object: settings, how: 'Applied', at: expect.any(String) });
    cluster().delete(settings);
    await isOpen();
  });

  it.each<DriftPolicy>(['Report', 'Correct'])('of our label is no deletion (%s)', async (how) => {
    await policy(how);
    await until('the policy is known', async () => {
      const { rows } = await fleet.pool.query(
        `select state #>> '{definition,policy,drift}' as drift from read.applications`,
      );
      return rows[0].drift === how;
    });
    cluster().edit(settings, ({ metadata }) => delete metadata.labels);
    const [told] = await until('it is told of', async () => {
      const all = await events('DriftDetected');
      return all.length > 0 && all;
    });
    expect(told).toMatchObject({
      object: settings,
      changes: [{ path: expect.stringMatching(/^\/metadata\/labels/) }],
    });
    if (how === 'Correct')
      await until(
        'it is put back',
        () => cluster().get(settings)?.metadata.labels?.[APPLICATION_LABEL] === 'shop',
      );
  });

  it('names the manager who took a field by force, and says nothing of fields that are not ours', async () => {
    const apply = (manager: string, data: object) =>
      fetch(
        `${fleet.simulator.url}/clusters/a/api/v1/namespaces/shop/configmaps/settings?fieldManager=${manager}&force=true`,
        {
          method: 'PATCH',
          headers: {
            authorization: `Bearer ${cluster().token}`,
            'content-type': 'application/apply-patch+yaml',
          },
          body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data }),
        },
      );
    expect((await apply('bystander', { other: 'theirs' })).status).toBe(200);
    expect((await apply('rival', { greeting: 'forced' })).status).toBe(200);
    await isOpen();
    const [drift] = (await target()).drift;
    expect(drift.changes).toMatchObject([
      { path: '/data/greeting', from: 'planned', to: 'forced', manager: 'rival', at: expect.any(String) },
    ]);
  });

  it('shows no value of a Secret, not in the log and not in the read model', async () => {
    const secret = (value: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'login', namespace: 'shop' },
      stringData: { password: value },
    });
    const ref = { ...settings, kind: 'Secret', name: 'login' };
    await fleet.release('shop', '2', [secret('hunter2')]);
    await until('it is applied', async () => (await target()).version === '2' && cluster().get(ref));
    const applied = async () => {
      const { generation, applied_generation } = await target();
      return generation === applied_generation;
    };
    await until('it is recorded', applied);
    cluster().edit(
      ref,
      (object) => (object['data'] = { password: Buffer.from('hunter3').toString('base64') }),
    );
    await isOpen();
    const shown = JSON.stringify([await target(), await events('DriftDetected')]);
    expect(shown).toContain('/data/password');
    for (const value of [
      'hunter3',
      Buffer.from('hunter3').toString('base64'),
      Buffer.from('hunter2').toString('base64'),
    ])
      expect(shown).not.toContain(value);
  });

  it('flaps when it comes back again and again: it is announced, and put right at a growing interval', async () => {
    await policy('Correct');
    for (let round = 0; round <= FLAPPING.limit; round += 1) {
      edit(`rival ${round}`, 'rival');
      await until(`round ${round} is put right`, () => greeting() === 'planned');
    }
    const [flapping] = await until('it is announced', async () => {
      const found = await events('DriftFlapping');
      return found.length > 0 && found;
    });
    expect(flapping).toMatchObject({
      object: settings,
      path: '/data/greeting',
      count: FLAPPING.limit + 1,
      window: '5m',
    });
    edit('rival at last', 'rival');
    await isOpen();
    // Another worker goes on from what was recorded.
    await fleet.stopWorker();
    await fleet.startWorker();
    await until('it is put right', () => greeting() === 'planned');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(flapping.nextCorrection));
    const [flap] = Object.values<any>((await target()).flaps);
    expect(flap).toMatchObject({ flapping: { path: '/data/greeting', rounds: 1 } });
    await isClosed();
    expect(await events('DriftFlapping')).toHaveLength(1);
  });

  it('is settled by whoever is there when it has been calm for long enough', async () => {
    await policy('Correct');
    await fleet.stopWorker();
    const calmIn = 1_500;
    const at = new Date(Date.now() - FLAPPING.windowMs + calmIn).toISOString();
    const of = { application: 'shop', cluster: 'a', object: settings };
    const changes = [{ path: '/data/greeting', from: 'planned', to: 'rival' }];
    const fight = Array.from({ length: FLAPPING.limit + 1 }, () => [
      { type: 'DriftDetected', data: { ...of, changes, at } },
      { type: 'DriftCorrected', data: { ...of, at, how: 'Applied' } },
    ]).flat();
    const commandId = randomUUID();
    await fleet.store.append({
      streams: [{ stream: 'target/shop/a', expectedVersion: 'any', events: fight }],
      meta: { commandId, correlationId: commandId, actor: 'test' },
    });
    await fleet.startWorker();
    const [settled] = await until('it is settled', async () => {
      const found = await events('DriftSettled');
      return found.length > 0 && found;
    });
    expect(settled).toMatchObject({ object: settings, path: '/data/greeting', count: 0 });
    await until('nothing is remembered of it', async () => (await target()).flaps === null);
  });
});
