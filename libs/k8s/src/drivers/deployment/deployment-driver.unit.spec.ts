import { TEMPLATE_ANNOTATION, type KubeObject, type Share } from '@keelson/domain';
import { HELD_FROM_ANNOTATION, HOLD, marked, templateHash } from '../marks';
import { deployment } from '../testing/deployment-model.spec';
import { liveOf, pod, replicaSet, type SetShape } from '../testing/objects.spec';
import type { DriverStep, WorkloadView } from '../types';
import { deploymentDriver } from './deployment-driver';

const OLD = deployment('app:1', { replicas: 10 });
const NEW = deployment('app:2', { replicas: 10 });
const revision = (number: number) => ({ 'deployment.kubernetes.io/revision': String(number) });
const healthy = { replicas: 10, updatedReplicas: 10, readyReplicas: 10, availableReplicas: 10 };

const step = (planned: KubeObject, share: Share, view: Partial<WorkloadView>): DriverStep =>
  deploymentDriver.step(planned, { share, update: 'Recreate' }, { live: undefined, children: [], ...view });

const rolling = ({ object }: DriverStep): unknown =>
  (object['spec'] as { strategy?: { rollingUpdate?: object } }).strategy?.rollingUpdate;

const running = liveOf(marked(OLD), { status: healthy, annotations: revision(1) });

/** Held at `NEW`, with these pods of it and of the old template. */
const heldAt = (
  numbers: { maxSurge: number | string; maxUnavailable: number | string },
  now: Partial<SetShape>,
  old: Partial<SetShape>,
  planned = NEW,
): WorkloadView => ({
  live: liveOf(marked(planned), {
    spec: { replicas: 10, ...HOLD, strategy: { type: 'RollingUpdate', rollingUpdate: numbers } },
    annotations: { ...revision(2), [HELD_FROM_ANNOTATION]: templateHash(OLD) },
  }),
  children: [
    replicaSet({ uid: 'old', revision: 1, replicas: 10, template: templateHash(OLD), ...old }),
    replicaSet({ uid: 'new', revision: 2, replicas: 3, template: templateHash(planned), ...now }),
  ],
});

describe('a Deployment as the plan has it', () => {
  it.each<[string, KubeObject, Share, KubeObject | undefined]>([
    ['is not there yet', NEW, '10%', undefined],
    ['has the template and another count', deployment('app:1', { replicas: 4 }), '10%', running],
    ['is to be everything', NEW, '100%', running],
    ['is to be more than everything', NEW, 12, running],
    ['has no replicas', deployment('app:2', { replicas: 0 }), '10%', running],
    ['is recreated', deployment('app:2', { replicas: 10, strategy: { type: 'Recreate' } }), '10%', running],
  ])('when it %s', (_when, planned, share, live) => {
    const { object, patches, progress } = step(planned, share, { live });
    expect(object).toEqual({
      ...planned,
      metadata: { ...planned.metadata, annotations: { [TEMPLATE_ANNOTATION]: templateHash(planned) } },
    });
    expect(patches).toEqual([]);
    expect(progress.reached).toBe(false);
  });

  it('says that Recreate is one batch', () => {
    const planned = deployment('app:2', { replicas: 10, strategy: { type: 'Recreate' } });
    expect(step(planned, '10%', { live: running }).progress.message).toContain('Recreate is one batch');
  });

  it('is reached when it is healthy, and not before its count is applied', () => {
    expect(step(OLD, '10%', { live: running }).progress).toMatchObject({
      reached: true,
      desired: 10,
      ready: 10,
    });
    const scaled = deployment('app:1', { replicas: 12 });
    expect(step(scaled, '10%', { live: running }).progress).toMatchObject({ reached: false });
  });

  it('is not reached while the hold is in the cluster', () => {
    const view = heldAt({ maxSurge: 0, maxUnavailable: 9 }, { replicas: 10 }, { replicas: 0 });
    const live = { ...view.live!, status: { observedGeneration: 1, ...healthy } };
    expect(step(NEW, '100%', { ...view, live })).toMatchObject({
      object: marked(NEW),
      progress: { reached: false, message: 'the hold is to be lifted' },
    });
  });
});

describe('a held Deployment', () => {
  it('keeps what is the user’s own but the numbers of the hold', () => {
    const planned = deployment('app:2', { replicas: 10, minReadySeconds: 5, revisionHistoryLimit: 3 });
    const { object, progress } = step(planned, '20%', { live: running });
    expect(object['spec']).toEqual({
      ...(planned['spec'] as object),
      ...HOLD,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } },
    });
    expect(object.metadata.annotations).toEqual({
      [TEMPLATE_ANNOTATION]: templateHash(planned),
      [HELD_FROM_ANNOTATION]: templateHash(OLD),
    });
    expect(progress).toMatchObject({ reached: false, message: 'the new template is to be applied' });
  });

  it.each<[string, Share, WorkloadView, object]>([
    [
      'starts',
      '30%',
      heldAt({ maxSurge: 3, maxUnavailable: 0 }, { ready: 0 }, {}),
      { maxSurge: 3, maxUnavailable: 0 },
    ],
    [
      'goes on',
      '30%',
      heldAt({ maxSurge: 3, maxUnavailable: 0 }, { ready: 1 }, {}),
      { maxSurge: 2, maxUnavailable: 1 },
    ],
    [
      'stands',
      '30%',
      heldAt({ maxSurge: 0, maxUnavailable: 3 }, {}, { replicas: 7 }),
      { maxSurge: 0, maxUnavailable: 3 },
    ],
    [
      'advances',
      '50%',
      heldAt({ maxSurge: 0, maxUnavailable: 3 }, {}, { replicas: 7 }),
      { maxSurge: 2, maxUnavailable: 3 },
    ],
    [
      'waits until its controller has followed an autoscaler',
      '30%',
      heldAt({ maxSurge: 1, maxUnavailable: '20%' }, { sizedFor: 5 }, { sizedFor: 5 }),
      { maxSurge: 1, maxUnavailable: '20%' },
    ],
  ])('%s', (_what, share, view, expected) => {
    expect(rolling(step(NEW, share, view))).toEqual(expected);
  });

  it.each<[string, WorkloadView, boolean, string]>([
    [
      'ready and gone',
      heldAt({ maxSurge: 0, maxUnavailable: 3 }, {}, { replicas: 7 }),
      true,
      '3 of 10 pods run the new',
    ],
    [
      'not ready',
      heldAt({ maxSurge: 3, maxUnavailable: 0 }, { ready: 2 }, {}),
      false,
      '2 of 3 new pods are ready',
    ],
    [
      'not gone',
      heldAt({ maxSurge: 0, maxUnavailable: 3 }, {}, { replicas: 7, pods: 9 }),
      false,
      '2 old pods are still to go',
    ],
  ])('is reached or not: %s', (_what, view, reached, message) => {
    const { progress } = step(NEW, '30%', view);
    expect(progress.reached).toBe(reached);
    expect(progress.message).toContain(message);
  });

  it('does not count a ReplicaSet of another revision, nor a status that is behind', () => {
    const view = heldAt({ maxSurge: 0, maxUnavailable: 3 }, {}, { replicas: 7 });
    const behind = { ...view.live!, metadata: { ...view.live!.metadata, generation: 2 } };
    expect(step(NEW, '30%', { ...view, live: behind }).progress).toMatchObject({ reached: false, ready: 0 });
    const [old] = view.children;
    const lagging = step(NEW, '30%', { ...view, children: [old!] });
    expect(lagging.progress).toMatchObject({ reached: false, ready: 0 });
  });

  it('quotes why pods are not ready, with the image', () => {
    const view = heldAt({ maxSurge: 3, maxUnavailable: 0 }, { ready: 0 }, {});
    const bad = pod({ ready: false, owner: 'new', waits: 'ImagePullBackOff' });
    const foreign = pod({ ready: false, owner: 'old', waits: 'CrashLoopBackOff' });
    const { progress } = step(NEW, '30%', { ...view, children: [...view.children, foreign, bad] });
    expect(progress.message).toBe(
      '0 of 3 new pods are ready; container main (app:2): ImagePullBackOff: back-off',
    );
  });

  it('quotes why there are no pods at all', () => {
    const conditions = [
      { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' },
    ];
    const view = heldAt({ maxSurge: 3, maxUnavailable: 0 }, { ready: 0, pods: 0, conditions }, {});
    expect(step(NEW, '30%', view).progress.message).toContain('FailedCreate: exceeded quota');
  });

  it('sets the share of a new count in the same write', () => {
    const view = heldAt({ maxSurge: 0, maxUnavailable: 3 }, {}, { replicas: 7 });
    const planned = deployment('app:2', { replicas: 20 });
    const scaled = step(planned, '30%', view);
    expect(rolling(scaled)).toEqual({ maxSurge: 0, maxUnavailable: 6 });
    expect(scaled.progress).toMatchObject({
      reached: false,
      desired: 20,
      message: '20 replicas are to be applied',
    });
  });

  it('leaves the count to an autoscaler', () => {
    const planned = deployment('app:2');
    const view = heldAt({ maxSurge: 0, maxUnavailable: 3 }, {}, { replicas: 7 }, planned);
    const { object, progress } = step(planned, '30%', view);
    expect(object['spec']).not.toHaveProperty('replicas');
    expect(rolling({ object, patches: [], progress })).toEqual({ maxSurge: 0, maxUnavailable: '30%' });
    expect(progress).toMatchObject({ reached: true, desired: 10 });
  });

  it('is superseded: its new pods are old ones now', () => {
    const view = heldAt({ maxSurge: 0, maxUnavailable: 3 }, {}, { replicas: 7 });
    const { object } = step(deployment('app:3', { replicas: 10 }), '20%', view);
    expect(rolling({ object } as DriverStep)).toEqual({ maxSurge: 2, maxUnavailable: 0 });
    expect(object.metadata.annotations).toMatchObject({ [HELD_FROM_ANNOTATION]: templateHash(OLD) });
  });

  it('does not take its own template for the one before when somebody removed the mark', () => {
    const { live, children } = heldAt({ maxSurge: 0, maxUnavailable: 3 }, {}, { replicas: 7 });
    const { [HELD_FROM_ANNOTATION]: _, ...annotations } = live!.metadata.annotations!;
    const unmarked = { ...live!, metadata: { ...live!.metadata, annotations } };
    const { object } = step(NEW, '30%', { live: unmarked, children });
    expect(object.metadata.annotations).toMatchObject({ [HELD_FROM_ANNOTATION]: 'unknown' });
    expect(rolling({ object } as DriverStep)).toEqual({ maxSurge: 0, maxUnavailable: 3 });
  });

  it('goes back as the user has it, except that it gives no capacity for it', () => {
    const view = heldAt({ maxSurge: 0, maxUnavailable: 3 }, {}, { replicas: 7 });
    const back = step(OLD, '10%', view);
    expect(back.object['spec']).toEqual({
      ...(OLD['spec'] as object),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
    });
    expect(back.progress).toMatchObject({ reached: false });
    const done = liveOf(back.object, { status: healthy, annotations: revision(3) });
    const children = [
      replicaSet({ uid: 'old', revision: 3, replicas: 10, template: templateHash(OLD) }),
      replicaSet({ uid: 'new', revision: 2, replicas: 0 }),
    ];
    expect(step(OLD, '10%', { live: done, children }).object).toEqual(marked(OLD));
  });

  it('goes back as the user has it where he allows no surge', () => {
    const own = { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }, replicas: 10 };
    const view = heldAt({ maxSurge: 0, maxUnavailable: 3 }, {}, { replicas: 7 });
    expect(step(deployment('app:1', own), '10%', view).object).toEqual(marked(deployment('app:1', own)));
  });

  it('may have no new pod at all: then it is paused before the first', () => {
    const { object } = step(NEW, 0, { live: running });
    expect(object['spec']).toEqual({ ...(NEW['spec'] as object), paused: true });
    const live = liveOf(object, { annotations: revision(1) });
    const children = [replicaSet({ uid: 'old', revision: 1, replicas: 10, template: templateHash(OLD) })];
    expect(step(NEW, '20%', { live, children }).object['spec']).toMatchObject({
      ...HOLD,
      strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } },
    });
  });

  it('says that it waits for its owner when the manifest pauses it', () => {
    const planned = deployment('app:2', { replicas: 10, paused: true });
    const { object, progress } = step(planned, '20%', { live: running });
    expect(object['spec']).toMatchObject({ paused: true });
    expect(progress.message).toContain('spec.paused: true');
  });
});
