import pico from 'picocolors';
import type { Run, RunCluster, RunGate } from '../api/types';
import { runChanges } from './run-changes';
import { runLines } from './run-view';

const plain = pico.createColors(false);
const STARTED = '2026-01-01T00:00:00Z';
const NOW = Date.parse(STARTED) + 12_000;

const cluster = (name: string, phase: string, desired = 0, updated = 0): RunCluster => ({
  name,
  phase,
  batch: { index: 1, of: 1, desired, updated, ready: desired },
  message: null,
});

const gate = (change: Partial<RunGate>): RunGate => ({
  type: 'Approval',
  side: 'before',
  phase: 'Pending',
  startedAt: null,
  by: null,
  reason: null,
  message: null,
  measurements: [],
  ...change,
});

const run = (change: Partial<Run> = {}): Run => ({
  id: 'shop-2',
  application: 'shop',
  version: '1.1',
  revision: 'sha256:abc',
  rollback: false,
  phase: 'Progressing',
  waiting: [],
  override: null,
  startedAt: STARTED,
  finishedAt: null,
  position: 7,
  stages: [
    {
      name: 'canary',
      phase: 'Succeeded',
      gates: [],
      clusters: [cluster('eu-canary', 'Succeeded', 4, 4)],
    },
    {
      name: 'prod',
      phase: 'Progressing',
      gates: [],
      clusters: [
        cluster('eu-1', 'Progressing', 4, 2),
        { ...cluster('us-1', 'Failed'), message: 'not healthy within 5s' },
        cluster('us-2', 'Pending'),
      ],
    },
  ],
  ...change,
});

describe('runLines', () => {
  it('shows the run, each stage and each cluster', () => {
    expect(runLines(run(), plain, NOW)).toEqual([
      'shop 1.1  shop-2  Progressing  12s',
      '  canary  Succeeded  1/1 clusters',
      '    eu-canary  ████████████████████ 4/4 ready, 4 updated  Succeeded',
      '  prod  Progressing  0/3 clusters',
      '    eu-1  ██████████░░░░░░░░░░ 4/4 ready, 2 updated  Progressing',
      '    us-1  ░░░░░░░░░░░░░░░░░░░░  Failed  not healthy within 5s',
      '    us-2  ░░░░░░░░░░░░░░░░░░░░  Pending',
    ]);
  });

  it('counts to the end of a run that is over, not to now', () => {
    const over = run({ phase: 'Paused', reason: 'stage prod: us-1', finishedAt: '2026-01-01T00:00:05Z' });
    expect(runLines(over, plain, NOW).slice(0, 2)).toEqual([
      'shop 1.1  shop-2  Paused  5s',
      '  stage prod: us-1',
    ]);
  });

  it('counts no replicas where another run has moved on', () => {
    const stages = [{ name: 'all', phase: 'Succeeded', gates: [], clusters: [cluster('eu-1', 'Succeeded')] }];
    expect(runLines(run({ stages }), plain, NOW).at(-1)).toBe('    eu-1  ████████████████████  Succeeded');
  });

  it('shows gates around the clusters, batches, and what is waited for', () => {
    const [, prod] = run().stages;
    const gates = [
      gate({ phase: 'Passed', by: 'ann', reason: 'looks good' }),
      gate({ type: 'TimedWait', duration: '10m', side: 'after' }),
      gate({
        type: 'Verification',
        name: 'errors',
        side: 'after',
        phase: 'Running',
        measurements: [{ outcome: 'Successful' }, { outcome: 'Error' }],
      }),
    ];
    const moving = cluster('eu-1', 'Progressing', 4, 2);
    const clusters = [{ ...moving, batch: { ...moving.batch, index: 2, of: 3 } }];
    const waiting = [{ kind: 'Hold', id: 'h1', message: 'held by bob: migration' }];
    const seen = run({
      rollback: true,
      waiting,
      override: { by: 'ann', reason: 'incident 7' },
      stages: [{ ...prod!, gates, clusters }],
    });
    expect(runLines(seen, plain, NOW)).toEqual([
      'shop 1.1 (rollback)  shop-2  Progressing  12s',
      '  waits: held by bob: migration',
      '  overridden by ann: incident 7',
      '  prod  Progressing  0/1 clusters',
      '    before Approval  Passed  by ann: looks good',
      '    eu-1  ██████████░░░░░░░░░░ batch 2/3, 4/4 ready, 2 updated  Progressing',
      '    after TimedWait 10m  Pending',
      '    after Verification errors  Running  2 taken, the last Error',
    ]);
    expect(runLines(seen, plain, NOW, 7).slice(4)).toEqual([
      expect.stringContaining('eu-1'),
      expect.stringContaining('Verification'),
    ]);
  });

  it('gives up what waits or is done when there is no room', () => {
    expect(runLines(run(), plain, NOW, 5)).toEqual([
      'shop 1.1  shop-2  Progressing  12s',
      '  canary  Succeeded  1/1 clusters',
      '  prod  Progressing  0/3 clusters',
      expect.stringContaining('eu-1'),
      expect.stringContaining('us-1'),
    ]);
    expect(runLines(run(), plain, NOW, 4).at(-1)).toBe('  … 2 more lines');
    expect(runLines(run(), plain, NOW, 4)).toHaveLength(4);
  });
});

describe('runChanges', () => {
  it('tells at first only what has begun', () => {
    expect(runChanges(undefined, run())).toEqual([
      'run shop-2 (shop 1.1): Progressing',
      'canary/eu-canary: Succeeded',
      'stage canary: Succeeded',
      'stage prod: Progressing',
      'prod/eu-1: Progressing',
      'prod/us-1: Failed: not healthy within 5s',
    ]);
  });

  it('is silent when only replica counts moved', () => {
    const [canary, prod] = run().stages;
    const moved = {
      ...prod!,
      clusters: prod!.clusters.map((one) => ({
        ...one,
        batch: { ...one.batch, desired: 9, updated: 8, ready: 7 },
      })),
    };
    expect(runChanges(run(), run({ stages: [canary!, moved] }))).toEqual([]);
  });

  it('tells gates as they open and are decided, and what a run waits for until it does not', () => {
    const [canary] = run().stages;
    const at = (phase: string, change: Partial<RunGate>, waiting: Run['waiting'] = []): Run =>
      run({
        phase,
        waiting,
        stages: [{ ...canary!, phase: 'Progressing', gates: [gate(change)], clusters: [] }],
      });
    const asked = at('AwaitingApproval', { phase: 'Running' });
    expect(runChanges(at('Progressing', {}), asked)).toEqual([
      'canary, before Approval: Running',
      'run shop-2: AwaitingApproval',
    ]);
    const hold = { kind: 'Hold', id: 'h1', message: 'held by bob: migration' };
    const approved = at('Progressing', { phase: 'Passed', by: 'ann' }, [hold]);
    expect(runChanges(asked, approved)).toEqual([
      'run shop-2: Progressing',
      'canary, before Approval: Passed: by ann',
      'run shop-2 waits: held by bob: migration',
    ]);
    expect(runChanges(approved, { ...approved, waiting: [{ ...hold, message: 'still' }] })).toEqual([]);
    expect(runChanges(approved, { ...approved, waiting: [] })).toEqual(['run shop-2 waits no more']);
  });

  it('says why a run stopped', () => {
    expect(runChanges(run(), run({ phase: 'Paused', reason: 'us-1 failed' }))).toEqual([
      'run shop-2: Paused: us-1 failed',
    ]);
  });
});
