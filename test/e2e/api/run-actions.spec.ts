import { randomUUID } from 'node:crypto';
import { runDecider, runStream, type Observation } from '@keelson/domain';
import { application, cluster } from './fixtures';
import { Harness } from './harness';

let api: Harness;
beforeAll(async () => {
  api = await Harness.start();
  for (const name of ['a', 'b']) await api.put(`/v1/clusters/${name}`, cluster());
});
afterAll(() => api.stop());

const verification = {
  type: 'Verification',
  name: 'errors',
  provider: { prometheus: { address: 'http://prometheus:9090', query: 'errors{cluster="{{cluster}}"}' } },
  successCondition: 'result < 1',
  count: 2,
};
const staged = {
  stages: [
    {
      name: 'canary',
      before: [{ type: 'Approval' }],
      after: [{ type: 'TimedWait', duration: '10m' }, verification],
    },
  ],
  batches: ['50%', '100%'],
};

const observed = (change: Partial<Observation> = {}): Observation[] =>
  ['a', 'b'].map((name) => ({ cluster: name, labels: {}, generation: 0, appliedGeneration: 0, ...change }));

/** What the worker's engine does when it looks; the projection alone runs beside this API. */
const advance = async (run: string, fleet = observed(), now = Date.now()): Promise<number> => {
  const result = await api.store.commands.execute({ commandId: randomUUID(), actor: 'run-engine' }, (unit) =>
    unit.decide(runDecider, runStream(run), { type: 'AdvanceRun', now, fleet }),
  );
  if (!result.ok) throw new Error(result.rejection.message);
  return result.position;
};

/** A new application with a run that the engine has looked at once; the run's id. */
const begun = async (name: string, strategy: object = staged, fleet = observed()): Promise<string> => {
  await api.put(`/v1/applications/${name}`, application({ strategy }));
  const { body } = await api.post(`/v1/applications/${name}/releases`, { version: '1.0' });
  await advance(body.run.id, fleet);
  return body.run.id;
};

const act = (run: string, json: object, headers = {}) =>
  api.post(`/v1/runs/${run}/actions`, json, { headers });
const show = async (run: string, position: number) => (await api.getAt(`/v1/runs/${run}`, position)).body;
const newest = async (type: string) => {
  const { items } = (await api.get(`/v1/audit?type=${type}&limit=500`)).body;
  return items.at(-1);
};

it('a run shows its gates, its batches and who decided what', async () => {
  const run = await begun('seen');
  const waits = await show(run, await advance(run));
  expect(waits).toMatchObject({
    phase: 'AwaitingApproval',
    rollback: false,
    waiting: [],
    stages: [
      {
        name: 'canary',
        gates: [
          { type: 'Approval', side: 'before', phase: 'Running', startedAt: expect.any(String), by: null },
          { type: 'TimedWait', duration: '10m', side: 'after', phase: 'Pending', startedAt: null },
          { type: 'Verification', name: 'errors', side: 'after', phase: 'Pending', measurements: [] },
        ],
        clusters: [
          { name: 'a', phase: 'Pending', batch: { index: 1, of: 2 } },
          { name: 'b', phase: 'Pending', batch: { index: 1, of: 2 } },
        ],
      },
    ],
  });

  const approved = await act(run, { action: 'approve', reason: 'looks good' });
  expect(approved).toMatchObject({ status: 202, body: { position: expect.any(Number) } });
  const goes = await show(run, await advance(run));
  expect(goes).toMatchObject({
    phase: 'Progressing',
    stages: [
      {
        gates: [{ phase: 'Passed', by: 'admin', reason: 'looks good' }, {}, {}],
        clusters: [{ phase: 'Progressing' }, { phase: 'Progressing' }],
      },
    ],
  });
  expect(await newest('GatePassed')).toMatchObject({
    actor: 'admin',
    reason: 'looks good',
    data: { run, stage: 'canary', side: 'before', gate: 0, by: 'admin', why: 'looks good' },
  });
  expect((await api.get('/v1/runs?phase=Progressing&application=seen')).body.items).toHaveLength(1);
  expect((await api.get('/v1/runs?phase=AwaitingApproval&application=seen')).body.items).toEqual([]);
});

it('measurements of a verification are shown with their times', async () => {
  const run = await begun('measured', { stages: [{ name: 'all', before: [verification] }] });
  const now = Date.parse('2026-11-22T10:00:00.000Z');
  const recorded = await api.store.commands.execute(
    { commandId: randomUUID(), actor: 'run-engine' },
    (unit) =>
      unit.decide(runDecider, runStream(run), {
        type: 'RecordMeasurement',
        stage: 'all',
        side: 'before',
        gate: 0,
        index: 0,
        measurement: { outcome: 'Successful', value: 0.2, message: '0.2 < 1' },
        now,
      }),
  );
  expect(recorded.ok).toBe(true);
  expect(await show(run, recorded.ok ? recorded.position : 0)).toMatchObject({
    phase: 'Verifying',
    stages: [
      {
        gates: [
          {
            type: 'Verification',
            phase: 'Running',
            measurements: [
              { at: '2026-11-22T10:00:00.000Z', outcome: 'Successful', value: 0.2, message: '0.2 < 1' },
            ],
          },
        ],
      },
    ],
  });
});

it('a run that waits says for what, until somebody overrides it with a reason', async () => {
  const blocker = { kind: 'Hold' as const, id: 'h1', message: 'held by ann: migration' };
  const run = await begun('held', {}, observed({ blockers: [blocker] }));
  const position = await advance(run, observed({ blockers: [blocker] }));
  expect(await show(run, position)).toMatchObject({
    waiting: [blocker],
    override: null,
    stages: [{ clusters: [{ phase: 'Pending' }, { phase: 'Pending' }] }],
  });

  const before = await api.countEvents();
  expect(await act(run, { action: 'override' })).toMatchObject({
    status: 422,
    body: { errors: [{ path: '/reason' }] },
  });
  expect(await api.countEvents()).toBe(before);
  const { body } = await act(run, { action: 'override', reason: 'incident 7' });
  expect(await show(run, body.position)).toMatchObject({ override: { by: 'admin', reason: 'incident 7' } });
  expect(await show(run, await advance(run, observed({ blockers: [blocker] })))).toMatchObject({
    waiting: [],
    stages: [{ clusters: [{ phase: 'Progressing' }, { phase: 'Progressing' }] }],
  });
});

it('pause, resume and abort', async () => {
  const run = await begun('stopped', {});
  const paused = await act(run, { action: 'pause', reason: 'lunch' });
  expect(await show(run, paused.body.position)).toMatchObject({
    phase: 'Paused',
    reason: expect.stringMatching(/admin.*lunch/),
  });
  const resumed = await act(run, { action: 'resume' });
  expect((await show(run, resumed.body.position)).phase).not.toBe('Paused');
  const aborted = await act(run, { action: 'abort', reason: 'wrong version' });
  expect(await show(run, aborted.body.position)).toMatchObject({
    phase: 'Aborted',
    finishedAt: expect.any(String),
  });
});

describe('an action is refused', () => {
  let run: string;
  beforeAll(async () => (run = await begun('refused')));

  const unchanged = async (json: object, of = run) => {
    const before = await api.countEvents();
    const answer = await act(of, json);
    expect(await api.countEvents()).toBe(before);
    return answer;
  };

  it('with the reason, when it does not fit', async () => {
    expect(await unchanged({ action: 'resume' })).toMatchObject({
      status: 409,
      body: { code: 'action-refused', detail: expect.stringMatching(/not paused/) },
    });
    const over = await begun('over');
    await act(over, { action: 'abort' });
    expect(await unchanged({ action: 'approve' }, over)).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/over/) },
    });
  });

  it.each([
    ['an unknown stage', { action: 'promote', stage: 'prod' }, '/stage', /no stage prod; it has canary/],
    ['an unknown cluster', { action: 'retry', cluster: 'c' }, '/cluster', /no cluster c/],
    ['a cluster of no stage', { action: 'skip', stage: 'canary', cluster: 'c' }, '/cluster', /canary/],
  ])('for %s by its path', async (_, json, path, message) => {
    expect(await unchanged(json)).toMatchObject({
      status: 422,
      body: { code: 'run-has-no-such', errors: [{ path, message: expect.stringMatching(message) }] },
    });
  });

  it('for a run that is not there', async () => {
    expect(await unchanged({ action: 'pause' }, 'refused-9')).toMatchObject({
      status: 404,
      body: { code: 'run-not-found' },
    });
  });
});

it('an action with a key is done once', async () => {
  const run = await begun('once', {});
  const key = { 'idempotency-key': 'pause-1' };
  const first = await act(run, { action: 'pause' }, key);
  const before = await api.countEvents();
  const again = await act(run, { action: 'pause' }, key);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(await act(run, { action: 'abort' }, key)).toMatchObject({ status: 422 });
  expect(await api.countEvents()).toBe(before);
});

it('nothing of this was a failure of ours', () => expect(api.problems).toEqual([]));
