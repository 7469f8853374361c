import { DEFAULT_SIDECAR_STRATEGY, DEFAULT_STRATEGY, type Pace, type Run } from '@keelson/domain';
import { Fleet } from './fleet';
import { joinSidecars } from './join-sidecars';
import type { SidecarClusterRecord, TargetRecord } from './model';

const AT = { createdAt: '', updatedAt: '', position: 1 };
const HALF: Pace = { batch: 0, of: 2, share: '50%', update: 'Recreate' };
const WHOLE: Pace = { ...HALF, batch: 1, share: '100%' };

/** An application in a cluster, and the sidecars `a` and `b` that select it, each with a settled release. */
class Scene {
  readonly fleet = new Fleet();
  readonly target: TargetRecord = {
    application: 'shop',
    cluster: 'eu-1',
    removing: false,
    release: 'shop-r1',
    generation: 1,
    hash: 'abc',
    appliedGeneration: 1,
    drift: [],
    inventory: new Map(),
    position: 1,
    sidecars: { a: { release: 'a-sr1' }, b: { release: 'b-sr1' } },
  };

  constructor() {
    const definition: any = { labels: { logs: 'yes' } };
    this.fleet.applications.set('shop', {
      ...AT,
      name: 'shop',
      project: 'default',
      state: { exists: true, application: 'shop', definition, scales: [], sequence: 2, activeRun: 'shop-2' },
    });
    this.fleet.clusters.set('eu-1', { state: { labels: {} } as any, registered: 1, position: 1 });
    for (const name of ['a', 'b']) this.define(name, 'yes');
  }

  define(name: string, logs: string): void {
    const definition = {
      containers: [],
      volumes: [],
      applicationSelector: { matchLabels: { logs } },
      placement: { clusterSelector: {} },
      strategy: DEFAULT_SIDECAR_STRATEGY,
    };
    const state = { exists: true, sidecar: name, definition, sequence: 1 } as const;
    this.fleet.sidecars.set(name, { ...AT, name, state, settledRelease: `${name}-sr1` });
  }

  runs(run: string, phase: Run['phase'] = 'Progressing'): void {
    const state = { exists: true, run, phase, strategy: DEFAULT_STRATEGY } as Run;
    this.fleet.runs.set(run, { state, startedAt: '', position: 1 });
  }

  move(name: string, change: Partial<SidecarClusterRecord>): void {
    const record = { sidecar: name, cluster: 'eu-1', release: `${name}-sr2`, run: `${name}-s2`, position: 1 };
    this.fleet.putSidecarIn({ ...record, ...change });
  }

  get sidecars(): unknown {
    return joinSidecars(this.fleet, this.target).sidecars;
  }

  get paces(): string[] {
    return joinSidecars(this.fleet, this.target).paces.map(({ run, pace }) => `${run} ${pace.share}`);
  }
}

const before = { a: { release: 'a-sr1' }, b: { release: 'b-sr1' } };
const waiting = { ...before, a: { release: 'a-sr1', deferred: true } };
const entered = { ...before, a: { release: 'a-sr2' } };

describe('the sidecars of a target', () => {
  let scene: Scene;
  beforeEach(() => (scene = new Scene()));

  it('are those that select it, at their settled releases', () => {
    expect(scene.sidecars).toEqual(before);
    scene.define('b', 'no');
    expect(scene.sidecars).toEqual({ a: { release: 'a-sr1' } });
  });

  it('are known before their first release', () => {
    delete scene.fleet.sidecars.get('a')!.settledRelease;
    delete scene.target.sidecars;
    expect(scene.sidecars).toEqual({ a: {}, b: { release: 'b-sr1' } });
  });

  it('move when nobody else does, at their own pace', () => {
    scene.move('a', { pace: HALF });
    expect(scene.sidecars).toEqual(entered);
    expect(scene.paces).toEqual(['a-s2 50%']);
  });

  it.each<[string, Pace, Run['phase'], object]>([
    ['is held at a batch', HALF, 'Progressing', waiting],
    ['was left at a batch', HALF, 'Failed', waiting],
    ['is at its last batch', WHOLE, 'Progressing', waiting],
    ['was left with all of its release', WHOLE, 'Failed', entered],
  ])('wait while the application %s, if anybody can go on with it', (_, pace, phase, expected) => {
    scene.target.pace = pace;
    scene.runs('shop-2', phase);
    scene.move('a', { pace: HALF });
    expect(scene.sidecars).toEqual(expected);
  });

  it('do not wait to come into a target that has no pods yet', () => {
    scene.target.pace = HALF;
    delete scene.target.hash;
    scene.move('a', { pace: HALF });
    expect(scene.sidecars).toEqual(entered);
  });

  it('wait for nobody on their way back', () => {
    scene.target.pace = HALF;
    scene.target.sidecars = entered;
    scene.move('a', { release: 'a-sr1', pace: WHOLE, back: true });
    expect(scene.sidecars).toEqual(before);
  });

  it('step aside for an application that goes back, and come again when it is back', () => {
    scene.target.sidecars = entered;
    scene.target.pace = WHOLE;
    scene.target.back = true;
    scene.runs('shop-2', 'RollingBack');
    scene.move('a', { pace: HALF, stable: 'a-sr1' });
    expect(scene.sidecars).toEqual(waiting);
    expect(scene.paces).toEqual([]);
    delete scene.target.pace;
    delete scene.target.back;
    expect(scene.sidecars).toEqual(entered);
  });

  it('step aside to nothing, where nothing was before', () => {
    delete scene.fleet.sidecars.get('a')!.settledRelease;
    scene.target.sidecars = entered;
    scene.target.pace = WHOLE;
    scene.target.back = true;
    scene.runs('shop-2', 'RollingBack');
    scene.move('a', { pace: HALF });
    expect(scene.sidecars).toEqual({ ...before, a: { deferred: true } });
  });

  it('need not step aside with all of a release', () => {
    scene.target.sidecars = entered;
    scene.target.pace = WHOLE;
    scene.target.back = true;
    scene.runs('shop-2', 'RollingBack');
    scene.move('a', { pace: WHOLE, stable: 'a-sr1' });
    expect(scene.sidecars).toEqual(entered);
  });

  it('stay in when the application begins to move, with both paces', () => {
    scene.target.sidecars = entered;
    scene.target.pace = WHOLE;
    scene.move('a', { pace: HALF });
    expect(scene.sidecars).toEqual(entered);
    expect(scene.paces).toEqual(['a-s2 50%']);
  });

  it('move one after the other', () => {
    scene.target.sidecars = { ...before, b: { release: 'b-sr2' } };
    scene.move('b', { pace: HALF });
    scene.move('a', { pace: HALF });
    expect(scene.sidecars).toEqual({ a: { release: 'a-sr1', deferred: true }, b: { release: 'b-sr2' } });
    scene.move('b', {});
    expect(scene.sidecars).toEqual({ a: { release: 'a-sr2' }, b: { release: 'b-sr2' } });
  });

  it('do not come in together', () => {
    scene.move('a', { pace: HALF });
    scene.move('b', { pace: HALF });
    expect(scene.sidecars).toEqual({ a: { release: 'a-sr2' }, b: { release: 'b-sr1', deferred: true } });
  });

  it('leave like they come: when nobody moves the target', () => {
    scene.define('a', 'no');
    scene.target.pace = HALF;
    expect(scene.sidecars).toEqual({ ...before, a: { release: 'a-sr1', leaving: true, deferred: true } });
    delete scene.target.pace;
    expect(scene.sidecars).toEqual({ b: { release: 'b-sr1' } });
  });
});
