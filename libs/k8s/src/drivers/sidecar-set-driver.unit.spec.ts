import type { KubeObject } from '@keelson/domain';
import { HELD_FROM_ANNOTATION, marked } from './marks';
import { sidecarSetDriver } from './sidecar-set-driver';
import type { BatchTarget } from './types';

const planned = (image: string, updateStrategy?: object): KubeObject => ({
  apiVersion: 'apps.kruise.io/v1alpha1',
  kind: 'SidecarSet',
  metadata: { name: 'log' },
  spec: {
    selector: { matchLabels: { log: 'yes' } },
    containers: [{ name: 'log', image }],
    ...(updateStrategy ? { updateStrategy } : {}),
  },
});
const target = (share: BatchTarget['share']): BatchTarget => ({ share, update: 'InPlaceIfPossible' });

/** What the cluster shows once its controller has done what this object says. */
const live = (object: KubeObject, updated: number, change: object = {}): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, generation: 3 },
  status: {
    observedGeneration: 3,
    matchedPods: 10,
    updatedPods: updated,
    updatedReadyPods: updated,
    ...change,
  },
});
const step = (share: BatchTarget['share'], plan: KubeObject, seen: KubeObject | undefined) =>
  sidecarSetDriver.step(plan, target(share), { live: seen, children: [] });
const partitionOf = ({ spec }: KubeObject): unknown => (spec as any).updateStrategy?.partition;

const v1 = planned('log:1');
const v2 = planned('log:2');

describe('the driver of a SidecarSet', () => {
  it.each([
    ['10%', 9],
    ['50%', 5],
    [3, 7],
    [0, 10],
  ])('keeps the pods beyond a share of %s old', (share, kept) => {
    const { object, progress } = step(share, v2, live(marked(v1), 10));
    expect(partitionOf(object)).toBe(kept);
    expect(object.metadata.annotations).toHaveProperty([HELD_FROM_ANNOTATION]);
    expect(progress).toMatchObject({ reached: false, updated: 0, ready: 0, desired: 10 });
  });

  it('has reached its batch when so many pods have the new container and are ready', () => {
    const { object } = step('50%', v2, live(marked(v1), 10));
    expect(step('50%', v2, live(object, 4)).progress.reached).toBe(false);
    expect(step('50%', v2, live(object, 5, { updatedReadyPods: 4 })).progress.reached).toBe(false);
    expect(step('50%', v2, live(object, 5, { observedGeneration: 2 })).progress.reached).toBe(false);
    expect(step('50%', v2, live(object, 5)).progress).toMatchObject({ reached: true, ready: 5 });
  });

  it('keeps the share of a new count', () => {
    const { object } = step('50%', v2, live(marked(v1), 10));
    expect(partitionOf(step('50%', v2, live(object, 5, { matchedPods: 20 })).object)).toBe(10);
  });

  it('ends with the plan, its own strategy restored', () => {
    const own = planned('log:2', { partition: '20%', maxUnavailable: 1 });
    const { object } = step('50%', own, live(marked(v1), 10));
    expect(object['spec']).toMatchObject({ updateStrategy: { partition: 5, maxUnavailable: 1 } });
    const last = step('100%', own, live(object, 5));
    expect(last.object).toEqual(marked(own));
    expect(last.progress.reached).toBe(false);
    expect(step('100%', own, live(marked(own), 8)).progress.reached).toBe(true);
  });

  it('goes back at once, whatever the share', () => {
    const { object } = step('50%', v2, live(marked(v1), 10));
    expect(step('10%', v1, live(object, 5)).object).toEqual(marked(v1));
  });

  it('starts no batch for a change of the strategy alone, and none where there was nothing', () => {
    const paused = planned('log:1', { paused: true });
    expect(step('10%', paused, live(marked(v1), 10)).object).toEqual(marked(paused));
    expect(step('10%', v1, undefined)).toMatchObject({ object: marked(v1), progress: { reached: false } });
  });
});
