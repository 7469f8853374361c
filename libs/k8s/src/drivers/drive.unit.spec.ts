import { keyOf, refOf, type KubeObject } from '@keelson/domain';
import { childrenOf } from './children-of';
import { drive, type Driven } from './drive';
import { HELD_FROM_ANNOTATION, HOLD, marked, templateHash } from './marks';
import { deployment } from './testing/deployment-model.spec';
import { liveOf, pod } from './testing/objects.spec';
import type { BatchTarget, WorkloadView } from './types';

const named = (object: KubeObject, name: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, name },
});
const config: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'web', namespace: 'shop' },
};
const web = deployment('app:2', { replicas: 10 });
const set: KubeObject = { ...named(deployment('app:2', { replicas: 4 }), 'db'), kind: 'StatefulSet' };
const daemon: KubeObject = { ...named(deployment('app:2'), 'log'), kind: 'DaemonSet' };
const before = (planned: KubeObject) => {
  const old = deployment('app:1', { replicas: 10 });
  return liveOf(
    marked({
      ...planned,
      spec: { ...(planned['spec'] as object), template: (old['spec'] as { template: object }).template },
    }),
  );
};

const BATCH: BatchTarget = { share: '50%', update: 'Recreate' };
const WHOLE: BatchTarget = { share: '100%', update: 'Recreate' };
const EVERY_POD_READY = { replicas: 10, updatedReplicas: 10, readyReplicas: 10, availableReplicas: 10 };
/** As its controller has seen it. */
const seenWith = (counts: object): KubeObject => liveOf(marked(web), { status: counts });
const heldWeb: KubeObject = { ...web, spec: { ...(web['spec'] as object), ...HOLD } };
const known = (driven: Driven | 'unknown'): Driven => {
  if (driven === 'unknown') throw new Error('a view is unknown');
  return driven;
};

describe('a plan on its way', () => {
  it('is as it is without a target, but for the mark of its templates, and nobody is asked', () => {
    const driven = drive([config, web], undefined, () => {
      throw new Error('asked');
    });
    expect(driven).toEqual({ objects: [config, marked(web)], held: new Set(), patches: [], removals: [] });
  });

  it('is unknown as soon as one workload is', () => {
    const viewOf = (object: KubeObject): WorkloadView | 'unknown' =>
      object === set ? 'unknown' : { live: undefined, children: [] };
    expect(drive([web, set], BATCH, viewOf)).toBe('unknown');
  });

  it('takes each workload by its own share, in the order of the plan', () => {
    const driven = known(
      drive([config, set, web], BATCH, (object) => ({ live: before(object), children: [] })),
    );
    expect(driven.objects.map(({ kind }) => kind)).toEqual(['ConfigMap', 'StatefulSet', 'Deployment']);
    expect(driven.objects[0]).toBe(config);
    expect(driven.objects[1]!['spec']).toMatchObject({ updateStrategy: { rollingUpdate: { partition: 2 } } });
    expect(driven.objects[2]!['spec']).toMatchObject({
      strategy: { rollingUpdate: { maxSurge: 3, maxUnavailable: 0 } },
    });
    expect(driven.held).toEqual(new Set([keyOf(refOf(set)), keyOf(refOf(web))]));
    expect(driven.progress).toMatchObject({ reached: false, desired: 14, updated: 0, ready: 0 });
    expect(driven.progress?.message).toContain('StatefulSet shop/db: ');
  });

  it('has a workload as held until the hold is gone from the cluster', () => {
    const live = liveOf(marked(web), {
      annotations: { [HELD_FROM_ANNOTATION]: templateHash(deployment('app:1')) },
    });
    const driven = known(drive([web], { share: '100%', update: 'Recreate' }, () => ({ live, children: [] })));
    expect(driven.objects).toEqual([marked(web)]);
    expect(driven.held.size).toBe(1);
  });

  it('has no progress where nothing has pods', () => {
    expect(known(drive([config], BATCH, () => 'unknown'))).not.toHaveProperty('progress');
  });

  it('updates a DaemonSet in one batch, by the counts of its own', () => {
    const counts = {
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      numberReady: 3,
      numberAvailable: 3,
    };
    const live = (updatedNumberScheduled: number) =>
      liveOf(marked(daemon), { status: { ...counts, updatedNumberScheduled } });
    const at = (updated: number, children: KubeObject[] = []) =>
      known(drive([daemon], BATCH, () => ({ live: live(updated), children })));
    expect(at(3)).toMatchObject({
      objects: [marked(daemon)],
      progress: { reached: true, desired: 3, updated: 3 },
    });
    const stuck = pod({ ready: false, waits: 'CrashLoopBackOff' });
    const { progress } = at(1, [stuck]);
    expect(progress).toMatchObject({ reached: false, desired: 3, updated: 1, ready: 1 });
    expect(progress?.message).toContain('CrashLoopBackOff');
    expect(progress?.message).toContain('one batch');
  });

  it('says what is to be watched, by the selectors of the workloads', () => {
    const picky = named(
      deployment('app:1', {
        selector: {
          matchLabels: { app: 'web' },
          matchExpressions: [
            { key: 'tier', operator: 'In', values: ['a', 'b'] },
            { key: 'tier', operator: 'NotIn', values: ['c'] },
            { key: 'on', operator: 'Exists' },
            { key: 'off', operator: 'DoesNotExist' },
          ],
        },
      }),
      'picky',
    );
    const placeless = { ...picky, metadata: { name: 'picky' } };
    const { collections: children, incomplete } = childrenOf([config, set, placeless], BATCH, 'elsewhere', {
      explain: true,
      liveOf: (object) => object,
    });
    expect(incomplete).toBe(false);
    expect([...children.keys()]).toEqual([keyOf(refOf(set)), keyOf(refOf(placeless))]);
    expect(children.get(keyOf(refOf(set)))).toContainEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      namespace: 'shop',
      labelSelector: 'app=web',
    });
    expect(children.get(keyOf(refOf(placeless)))?.[0]).toEqual({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      namespace: 'elsewhere',
      labelSelector: 'app=web,tier in (a,b),tier notin (c),on,!off',
    });
  });

  it.each<[string, BatchTarget, KubeObject | undefined, boolean, number]>([
    ['of what does not exist yet', BATCH, undefined, true, 0],
    ['of a Deployment that is released whole', WHOLE, web, false, 0],
    ['of the same, when it is asked what is wrong', WHOLE, seenWith({ replicas: 0 }), true, 2],
    ['of the same, when nothing is wrong with it', WHOLE, seenWith(EVERY_POD_READY), true, 0],
    ['of the same, when its controller has not seen it', WHOLE, web, true, 0],
    ['of a Deployment in its batches', BATCH, web, false, 2],
    ['of one that is still held when the whole is due', WHOLE, heldWeb, false, 2],
    ['of one that may be upgraded in place', { ...WHOLE, update: 'InPlaceIfPossible' }, web, false, 2],
  ])('are left out as long as nothing follows from them: %s', (_, target, live, explain, kinds) => {
    const { collections, incomplete } = childrenOf([web], target, 'shop', { explain, liveOf: () => live });
    expect([...collections.values()].flat()).toHaveLength(kinds);
    expect(incomplete).toBe(kinds === 0);
  });
});
