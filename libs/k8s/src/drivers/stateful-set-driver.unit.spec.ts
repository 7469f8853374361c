import type { KubeObject, Share } from '@keelson/domain';
import { HELD_FROM_ANNOTATION, marked, templateHash } from './marks';
import { statefulSetDriver } from './stateful-set-driver';
import { deployment } from './testing/deployment-model.spec';
import { liveOf, pod, type PodShape } from './testing/objects.spec';
import type { DriverStep, WorkloadView } from './types';

const planOf = (image: string, spec: Record<string, unknown> = {}): KubeObject => ({
  ...deployment(image, { replicas: 5, ...spec }),
  kind: 'StatefulSet',
});

const OLD = planOf('app:1');
const NEW = planOf('app:2');

const step = (planned: KubeObject, share: Share, view: WorkloadView): DriverStep =>
  statefulSetDriver.step(planned, { share, update: 'Recreate' }, view);

const strategyOf = ({ object }: DriverStep): unknown =>
  (object['spec'] as Record<string, unknown>)['updateStrategy'];

const running: WorkloadView = { live: liveOf(marked(OLD)), children: [] };

const partition = (count: number) => ({ type: 'RollingUpdate', rollingUpdate: { partition: count } });

const held = (
  count: number,
  pods: readonly PodShape[],
  status: object = {},
  spec: object = {},
): WorkloadView => ({
  live: liveOf(marked(NEW), {
    spec: { updateStrategy: partition(count), ...spec },
    status: { currentRevision: 'web-a', updateRevision: 'web-b', readyReplicas: 5, ...status },
    annotations: { [HELD_FROM_ANNOTATION]: templateHash(OLD) },
  }),
  children: pods.map((shape) => pod(shape)),
});

const a = (ordinal: number, rest: PodShape = {}): PodShape => ({
  name: `web-${ordinal}`,
  labels: { 'controller-revision-hash': 'web-a' },
  ...rest,
});
const b = (ordinal: number, rest: PodShape = {}): PodShape =>
  a(ordinal, { labels: { 'controller-revision-hash': 'web-b' }, ...rest });

describe('a StatefulSet', () => {
  it.each<[string, KubeObject, Share, object | undefined]>([
    ['rolls from the partition up', NEW, '40%', partition(3)],
    ['has one pod for the least share', NEW, '10%', partition(4)],
    ['has none for none', NEW, 0, partition(5)],
    ['is the plan’s when it is everything', NEW, '100%', undefined],
    ['is the plan’s when only its count changes', planOf('app:1', { replicas: 9 }), '10%', undefined],
    [
      'keeps the rest of the user’s strategy',
      planOf('app:2', { updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } }),
      '40%',
      { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2, partition: 3 } },
    ],
    [
      'is held by the user’s own partition where that is greater',
      planOf('app:2', { updateStrategy: partition(3) }),
      '90%',
      partition(3),
    ],
  ])('%s', (_what, planned, share, expected) => {
    expect(strategyOf(step(planned, share, running))).toEqual(expected);
  });

  it('goes back as the plan has it', () => {
    expect(step(OLD, '40%', held(3, [])).object).toEqual(marked(OLD));
  });

  it('is one batch when pods are new only once they are deleted', () => {
    const planned = planOf('app:2', { updateStrategy: { type: 'OnDelete' } });
    const { object, progress } = step(planned, '40%', running);
    expect(object).toEqual(marked(planned));
    expect(progress.message).toContain('OnDelete is one batch');
  });

  it.each<[string, WorkloadView, boolean, number]>([
    ['new ones ready', held(3, [a(0), a(1), a(2), b(3), b(4)]), true, 2],
    ['one not ready', held(3, [a(0), a(1), a(2), b(3, { ready: false }), b(4)]), false, 1],
    ['one still old', held(3, [a(0), a(1), a(2), a(3), b(4)]), false, 1],
    ['one on its way out', held(3, [a(0), b(3), b(4, { deleted: true })]), false, 1],
    [
      'a new one below the partition does not stand for one above it',
      held(3, [a(0), b(1), a(2), a(3), b(4)]),
      false,
      2,
    ],
    ['no pods in sight, all ready', held(3, [], { updatedReplicas: 2 }), true, 2],
    ['no pods in sight, not all ready', held(3, [], { updatedReplicas: 2, readyReplicas: 4 }), false, 0],
    ['not seen by its controller', held(3, [b(3), b(4)], { observedGeneration: 0 }), false, 0],
    ['another partition in force', held(4, [a(0), a(1), a(2), b(3), b(4)]), false, 2],
    ['ordinals from 7', held(3, [a(9), b(10), b(11)], {}, { ordinals: { start: 7 } }), true, 2],
  ])('is reached or not: %s', (_what, view, reached, ready) => {
    expect(step(NEW, '40%', view).progress).toMatchObject({ reached, ready, desired: 5 });
  });

  it('quotes why a pod is not ready', () => {
    const view = held(3, [b(4, { ready: false, waits: 'ImagePullBackOff' })]);
    expect(step(NEW, '40%', view).progress.message).toContain(
      'container main (app:2): ImagePullBackOff: back-off',
    );
  });

  describe('whose controller is blocked', () => {
    const stuck = { ready: false, waits: 'ImagePullBackOff' };
    const removed = (view: WorkloadView) => step(NEW, '40%', view).removals?.map(({ ref }) => ref.name);
    const c = { labels: { 'controller-revision-hash': 'web-c' } };

    it.each<[string, PodShape, readonly string[], object?]>([
      ['a stuck pod of a template that was superseded', a(1, { ...c, ...stuck }), ['web-1']],
      ['a stuck old pod that is to be new', a(4, stuck), ['web-4']],
      ['not a stuck old pod that is to stay old', a(1, stuck), []],
      ['not a stuck new pod', b(4, stuck), []],
      ['not a pod that may still become ready', a(4, { ready: false }), []],
      ['not a pod that is on its way out', a(4, { ...stuck, deleted: true }), []],
      ['nothing where pods do not wait for each other', a(4, stuck), [], { podManagementPolicy: 'Parallel' }],
    ])('is freed of %s', (_what, shape, names, spec = {}) => {
      expect(removed(held(3, [shape], {}, spec))).toEqual(names);
    });

    it('is freed of that very pod only', () => {
      const [removal] = step(NEW, '40%', held(3, [a(4, stuck)])).removals ?? [];
      expect(removal).toMatchObject({ uid: 'uid-web-4', resourceVersion: '7' });
      expect(removal?.why).toContain('ImagePullBackOff');
    });

    it('is left alone before it has seen the template', () => {
      expect(removed(held(3, [a(4, stuck)], { observedGeneration: 0 }))).toEqual([]);
    });
  });
});
