import { application, cluster } from './fixtures';
import { Harness } from './harness';

let api: Harness;
beforeAll(async () => {
  api = await Harness.start();
  await api.put('/v1/clusters/eu-1', cluster());
});
afterAll(() => api.stop());

const define = (name: string, ...dependsOn: string[]) =>
  api.put(
    `/v1/applications/${name}`,
    application({ dependsOn: dependsOn.map((other) => ({ application: other })) }),
  );
const edges = async () => {
  const { items } = (await api.get('/v1/audit?type=DependenciesChanged&limit=500')).body;
  return items.map(({ data }: any) => [data.application, ...data.dependsOn]);
};

it('are part of the definition, by default on what is Available', async () => {
  const put = await define('web', 'db', 'not-yet-there');
  expect(put.status).toBe(202);
  expect((await api.getAt('/v1/applications/web', put.body.position)).body.definition.dependsOn).toEqual([
    { application: 'db', phases: ['Available'] },
    { application: 'not-yet-there', phases: ['Available'] },
  ]);
});

it('that close a cycle are refused by its names, and leave nothing behind', async () => {
  await define('db', 'cache');
  const before = await api.countEvents();
  expect(await define('cache', 'disk', 'web')).toMatchObject({
    status: 422,
    body: {
      code: 'dependency-cycle',
      errors: [
        { path: '/dependsOn/1/application', message: expect.stringMatching(/cache → web → db → cache/) },
      ],
    },
  });
  expect(await api.countEvents()).toBe(before);
});

it('that close a cycle only together are refused too, whoever comes second', async () => {
  for (let round = 0; round < 5; round += 1) {
    const [left, right] = [`left-${round}`, `right-${round}`];
    const answers = await Promise.all([define(left, right), define(right, left)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 422]);
    const refused = answers.find(({ status }) => status === 422);
    expect(refused?.body).toMatchObject({ code: 'dependency-cycle' });
  }
});

it('of an application that is deleted, or that lets go of them, are free again', async () => {
  await define('one', 'two');
  expect(await define('two', 'one')).toMatchObject({ status: 422 });
  await define('one');
  expect(await define('two', 'one')).toMatchObject({ status: 202 });
  await api.delete('/v1/applications/two');
  expect(await define('one', 'two')).toMatchObject({ status: 202 });
  expect((await edges()).slice(-4)).toEqual([['one'], ['two', 'one'], ['two'], ['one', 'two']]);
});

it('that do not change are not recorded, and definitions without any never meet the registry', async () => {
  const before = (await edges()).length;
  await define('one', 'two');
  await define('plain');
  await api.put('/v1/applications/plain', application({ labels: { team: 'x' } }));
  await api.delete('/v1/applications/plain');
  expect(await edges()).toHaveLength(before);
});

it('nothing of this was a failure of ours', () => expect(api.problems).toEqual([]));
