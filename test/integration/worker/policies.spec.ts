import { until } from '../../support/until';
import { configMap, deployment, startFleet, type Fleet } from './fleet-harness';

jest.setTimeout(30_000);

const settings = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' };

describe('what an application may not touch', () => {
  let fleet: Fleet;
  const cluster = () => fleet.simulator.cluster('a');
  const greeting = () => (cluster().get(settings)?.['data'] as { greeting: string } | undefined)?.greeting;
  const target = async (application: string): Promise<any> =>
    (await fleet.pool.query('select * from read.targets where application = $1', [application])).rows[0];

  beforeAll(async () => {
    fleet = await startFleet(['a']);
    await fleet.register('a');
  });
  afterAll(() => fleet?.stop());

  it('reports drift and leaves it, where the policy says so, until somebody undoes it', async () => {
    await fleet.define('shop', { policy: { drift: 'Report', whenToTakeOver: 'Never' } });
    await fleet.release('shop', '1', [deployment('shop:1'), configMap('planned')]);
    await until('it is applied', async () => (await target('shop'))?.applied_generation > 0);
    cluster().edit(settings, (object) => (object['data'] = { greeting: 'by hand' }));
    const drifted = await until('it is reported', async () => {
      const seen = await target('shop');
      return seen.drift.length > 0 && seen;
    });
    expect(drifted.drift[0]).toMatchObject({
      object: settings,
      changes: [{ path: '/data/greeting', from: 'planned', to: 'by hand' }],
    });
    expect(greeting()).toBe('by hand');
    cluster().edit(settings, (object) => (object['data'] = { greeting: 'planned' }));
    await until('it is no longer reported', async () => (await target('shop')).drift.length === 0);
  });

  it('is put right as soon as the policy is changed to Correct', async () => {
    cluster().edit(settings, (object) => (object['data'] = { greeting: 'again' }));
    await until('it is reported', async () => (await target('shop')).drift.length > 0);
    await fleet.define('shop', { policy: { drift: 'Correct', whenToTakeOver: 'Never' } });
    await until('it is put right', () => greeting() === 'planned');
    await until('it is no longer reported', async () => (await target('shop')).drift.length === 0);
  });

  it('leaves ignored fields to others, in drift, in corrections and in releases', async () => {
    const replicas = { target: { kind: 'Deployment', name: 'web' }, paths: ['/spec/replicas'] };
    const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
    const spec = (): any => cluster().get(web)?.['spec'];
    await fleet.define('shop', {
      policy: { drift: 'Correct', whenToTakeOver: 'Never', ignoreFields: [replicas] },
    });
    const release = async (version: string): Promise<void> => {
      await fleet.release('shop', version, [deployment(`shop:${version}`), configMap('planned')]);
      await until(
        'the release is there',
        () => spec().template.spec.containers[0].image === `shop:${version}`,
      );
      await until('it is recorded', async () => {
        const { generation, applied_generation, version: has } = await target('shop');
        return has === version && generation === applied_generation;
      });
    };
    await release('2');
    const drifts = async () =>
      (await fleet.store.log.read({ application: 'shop', type: 'DriftDetected' })).length;
    const before = await drifts();
    cluster().edit(web, (object) => ((object['spec'] as any).replicas = 7), 'operator');
    cluster().edit(web, (object) => ((object['spec'] as any).minReadySeconds = 5), 'operator');
    cluster().edit(
      web,
      (object) =>
        (object['spec'] as any).template.spec.containers.splice(0, 1, { name: 'main', image: 'bad:1' }),
      'operator',
    );
    await until('the image is put right', () => spec().template.spec.containers[0].image === 'shop:2');
    expect(spec()).toMatchObject({ replicas: 7, minReadySeconds: 5 });
    await until('one drift is recorded', async () => (await drifts()) === before + 1);
    await release('3');
    expect(spec().replicas).toBe(7);
  });

  it('does not take over what others made, and says whose it is; unless it is told to', async () => {
    cluster().create({ ...configMap('foreign', 'other'), metadata: { name: 'other', namespace: 'shop' } });
    await fleet.define('second', { objects: [configMap('mine', 'other')] });
    await fleet.release('second', '1', [configMap('mine', 'other')]);
    const refused = await until('it is refused', async () => {
      const seen = await target('second');
      return seen?.failure ? seen : undefined;
    });
    expect(refused.failure).toMatchObject({ terminal: true, object: { name: 'other' } });
    const paused = await until('the run stops', async () => {
      const { rows } = await fleet.pool.query(
        `select state ->> 'reason' as reason from read.runs where id = 'second-1' and phase = 'Paused'`,
      );
      return rows[0];
    });
    expect(paused.reason).toContain('stage all: a: ');
    await fleet.define('second', {
      objects: [configMap('mine', 'other')],
      policy: { drift: 'Correct', whenToTakeOver: 'Always' },
    });
    await until(
      'it is taken over',
      () => (cluster().get({ ...settings, name: 'other' })?.['data'] as any).greeting === 'mine',
    );
    await until('the run went on by itself', async () => {
      const seen = await fleet.pool.query(`select phase from read.runs where id = 'second-1'`);
      return seen.rows[0].phase === 'Succeeded';
    });
  });

  it('never deletes what it did not apply', async () => {
    cluster().create({ ...configMap('foreign', 'third'), metadata: { name: 'third', namespace: 'shop' } });
    await fleet.define('third', { objects: [configMap('mine', 'third')] });
    await fleet.release('third', '1', [configMap('mine', 'third')]);
    await until('it is refused', async () => Boolean((await target('third'))?.failure));
    await fleet.application('third', { type: 'DeleteApplication' });
    await until('nothing is owed any more', async () => (await target('third')) === undefined);
    expect(cluster().get({ ...settings, name: 'third' })?.['data']).toEqual({ greeting: 'foreign' });
  });
});
