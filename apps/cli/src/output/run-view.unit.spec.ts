import pico from 'picocolors';
import type { Run, RunCluster } from '../api/types';
import { runChanges } from './run-changes';
import { runLines } from './run-view';

const plain = pico.createColors(false);
const STARTED = '2026-01-01T00:00:00Z';
const NOW = Date.parse(STARTED) + 12_000;

const cluster = (name: string, phase: string, desired = 0, updated = 0): RunCluster => ({
  name,
  phase,
  batch: { desired, updated, ready: desired },
  message: null,
});

const run = (change: Partial<Run> = {}): Run => ({
  id: 'shop-2',
  application: 'shop',
  version: '1.1',
  revision: 'sha256:abc',
  phase: 'Progressing',
  startedAt: STARTED,
  finishedAt: null,
  position: 7,
  stages: [
    {
      name: 'canary',
      phase: 'Succeeded',
      clusters: [cluster('eu-canary', 'Succeeded', 4, 4)],
    },
    {
      name: 'prod',
      phase: 'Progressing',
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
    const stages = [{ name: 'all', phase: 'Succeeded', clusters: [cluster('eu-1', 'Succeeded')] }];
    expect(runLines(run({ stages }), plain, NOW).at(-1)).toBe('    eu-1  ████████████████████  Succeeded');
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
      clusters: prod!.clusters.map((one) => ({ ...one, batch: { desired: 9, updated: 8, ready: 7 } })),
    };
    expect(runChanges(run(), run({ stages: [canary!, moved] }))).toEqual([]);
  });

  it('says why a run stopped', () => {
    expect(runChanges(run(), run({ phase: 'Paused', reason: 'us-1 failed' }))).toEqual([
      'run shop-2: Paused: us-1 failed',
    ]);
  });
});
