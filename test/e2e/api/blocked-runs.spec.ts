import { startSimulator, type Simulator } from '@keelson/k8s';
import { startKeelson, type Keelson } from '../../support/keelson';
import { until } from '../../support/until';
import { application } from './fixtures';

let simulator: Simulator;
let keelson: Keelson;
beforeAll(async () => {
  simulator = await startSimulator({ clusters: ['eu'], timings: { podStartMs: 10, podStopMs: 10 } });
  keelson = await startKeelson();
  const connection = { kubeconfig: simulator.kubeconfig('eu') };
  await keelson.must('PUT', '/v1/clusters/eu', { labels: {}, connection });
});
afterAll(async () => {
  await keelson.stop();
  await simulator.close();
});

const define = (name: string, change: object = {}) =>
  keelson.must('PUT', `/v1/applications/${name}`, application({ namespace: name, ...change }));
const release = async (name: string, version = '1.0'): Promise<string> =>
  (await keelson.must('POST', `/v1/applications/${name}/releases`, { version })).run.id;
const show = (run: string) => keelson.must('GET', `/v1/runs/${run}`);
const waits = (run: string) =>
  until(`${run} waits`, async () => {
    const seen = await show(run);
    return seen.waiting.length > 0 && seen;
  });
const ends = (run: string) =>
  until(`${run} ends`, async () => {
    const seen = await show(run);
    return seen.finishedAt !== null && seen;
  });

it('a run waits while anybody holds, and goes on at once when all have released', async () => {
  await define('held');
  const hold = async (scope: object, reason: string): Promise<string> =>
    (await keelson.must('POST', '/v1/holds', { scope, reason })).id;
  const first = await hold({ application: 'held' }, 'migration');
  const second = await hold({ cluster: 'eu' }, 'maintenance');
  const run = await release('held');
  expect((await waits(run)).waiting.map(({ kind, message }: any) => `${kind}: ${message}`).sort()).toEqual([
    'Hold: held by admin: maintenance',
    'Hold: held by admin: migration',
  ]);
  await keelson.must('DELETE', `/v1/holds/${first}`);
  await until('one is left', async () => (await show(run)).waiting.length === 1);
  expect((await show(run)).stages[0].clusters[0].phase).toBe('Pending');
  await keelson.must('DELETE', `/v1/holds/${second}`);
  expect(await ends(run)).toMatchObject({ phase: 'Succeeded', waiting: [] });
});

it('a Deny window stops a release; a rollback passes it, and the log says so', async () => {
  await define('denied', { labels: { team: 'shop' } });
  await ends(await release('denied', '1.0'));
  const freeze = { kind: 'Deny', schedule: '0 0 * * *', duration: '24h', timezone: 'UTC' };
  const applicationSelector = { matchLabels: { team: 'shop' } };
  await keelson.must('PUT', '/v1/windows/freeze', { ...freeze, applicationSelector });
  const run = await release('denied', '1.1');
  expect((await waits(run)).waiting).toMatchObject([{ kind: 'Window', id: 'freeze' }]);

  const back = await keelson.must('POST', '/v1/applications/denied/rollback', {
    to: '1.0',
    reason: 'errors',
  });
  expect(await ends(back.run.id)).toMatchObject({
    phase: 'Succeeded',
    rollback: true,
    override: { kinds: ['Window'] },
  });
  const { items } = await keelson.must('GET', `/v1/audit?run=${back.run.id}&type=RunOverridden`);
  expect(items).toMatchObject([{ data: { passed: [{ kind: 'Window', id: 'freeze' }] } }]);
});

it('an application waits for the one that it depends on, in the same cluster', async () => {
  await define('web', { dependsOn: [{ application: 'db' }] });
  const run = await release('web');
  expect((await waits(run)).waiting).toMatchObject([
    { kind: 'Dependency', id: 'db', message: expect.stringMatching(/does not exist/) },
  ]);
  await define('db');
  await ends(await release('db'));
  expect(await ends(run)).toMatchObject({ phase: 'Succeeded' });
});
