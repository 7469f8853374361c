import type { Pod, PodStatus } from './pod';
import { nextStep, statusAfter, type Step } from './pod-lifecycle';

const AT = '2024-01-01T00:00:00Z';
const LATER = '2024-01-01T00:01:00Z';

const pod = (images: string[], spec: Partial<Pod['spec']> = {}, status?: PodStatus): Pod => ({
  metadata: { name: 'web-1', namespace: 'shop', uid: 'u1', resourceVersion: '1' },
  spec: {
    nodeName: 'node-1',
    containers: images.map((image, index) => ({ name: `c${index}`, image })),
    ...spec,
  },
  ...(status ? { status } : {}),
});

/** The pod once nothing is left to do, and the steps that led there. */
function settle(start: Pod, at = AT): { pod: Pod; steps: Step[] } {
  const steps: Step[] = [];
  let now = start;
  for (let step = nextStep(now); step !== 'none' && step !== 'remove'; step = nextStep(now)) {
    steps.push(step);
    if (steps.length > 10) throw new Error(`no end: ${steps.join(' ')}`);
    now = { ...now, status: merged(now.status, statusAfter(now, step, at)) };
  }
  return { pod: now, steps };
}

/** As the server merges the patch: conditions by type, lists of containers as a whole. */
const merged = (before: PodStatus | undefined, patch: PodStatus): PodStatus => {
  const others = before?.conditions?.filter(
    ({ type }) => !patch.conditions?.some((each) => each.type === type),
  );
  return { ...before, ...patch, conditions: [...(others ?? []), ...(patch.conditions ?? [])] };
};

const condition = (of: Pod, type: string) => of.status?.conditions?.find((each) => each.type === type);
const withImages = (of: Pod, images: string[]): Pod => ({ ...of, spec: pod(images).spec });

describe('the life of a pod', () => {
  it.each<[string, Pod, Step[], PodStatus['phase'], string]>([
    ['a new pod runs', pod(['web:1']), ['start'], 'Running', 'True'],
    ['a missing image keeps it pending', pod(['web:missing']), ['start'], 'Pending', 'False'],
    ['one missing image of two is enough', pod(['web:1', 'log:missing']), ['start'], 'Pending', 'False'],
    [
      'an init container that cannot be pulled holds the others',
      pod(['web:1'], { initContainers: [{ name: 'init', image: 'missing:1' }] }),
      ['start'],
      'Pending',
      'False',
    ],
    [
      'an init container that runs to its end lets them go',
      pod(['web:1'], { initContainers: [{ name: 'init', image: 'init:1' }] }),
      ['start'],
      'Running',
      'True',
    ],
    [
      'a gate that nobody opened keeps it unready',
      pod(['web:1'], { readinessGates: [{ conditionType: 'gate' }] }),
      ['start'],
      'Running',
      'False',
    ],
    ['a job ends', pod(['job:1'], { restartPolicy: 'Never' }), ['start', 'complete'], 'Succeeded', 'False'],
  ])('%s', (_, start, steps, phase, ready) => {
    const settled = settle(start);
    expect(settled.steps).toEqual(steps);
    expect(settled.pod.status?.phase).toBe(phase);
    expect(condition(settled.pod, 'Ready')?.status).toBe(ready);
  });

  it('removes a terminating pod, whatever it was doing', () => {
    const terminating = pod(['web:missing']);
    expect(nextStep({ ...terminating, metadata: { ...terminating.metadata, deletionTimestamp: AT } })).toBe(
      'remove',
    );
  });

  it('restarts in place the container whose image changed, unready in between', () => {
    const before = settle(pod(['web:1', 'log:1'])).pod;
    const changed = withImages(before, ['web:1', 'log:2']);
    const between = { ...changed, status: statusAfter(changed, 'replace', LATER) };
    expect(condition(between, 'Ready')).toMatchObject({ status: 'False', lastTransitionTime: LATER });
    expect(between.status.phase).toBe('Running');

    const { pod: after, steps } = settle(changed, LATER);
    expect(steps).toEqual(['replace', 'start']);
    expect(after.status?.containerStatuses?.map(({ restartCount }) => restartCount)).toEqual([0, 1]);
    expect(after.status?.containerStatuses?.[0]).toEqual(before.status?.containerStatuses?.[0]);
    expect(after.status?.containerStatuses?.[1]?.containerID).not.toBe(
      before.status?.containerStatuses?.[1]?.containerID,
    );
    expect(condition(after, 'Ready')?.status).toBe('True');
  });

  it('comes back from an image that could not be pulled, in place', () => {
    const running = settle(pod(['web:1'])).pod;
    const stuck = settle(withImages(running, ['web:missing'])).pod;
    expect(stuck.status?.containerStatuses?.[0]).toMatchObject({
      ready: false,
      restartCount: 0,
      state: { waiting: { reason: 'ImagePullBackOff' } },
      lastState: { terminated: { exitCode: 0 } },
    });
    const back = settle(withImages(stuck, ['web:2'])).pod;
    expect(back.status?.containerStatuses?.[0]).toMatchObject({
      ready: true,
      restartCount: 1,
      image: 'web:2',
    });
  });

  it('does not count a restart for a container that had never run', () => {
    const stuck = settle(pod(['web:missing'])).pod;
    expect(settle(withImages(stuck, ['web:1'])).pod.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  it('reports ready once its gate is opened', () => {
    const gated = settle(pod(['web:1'], { readinessGates: [{ conditionType: 'gate' }] })).pod;
    const opened: Pod = {
      ...gated,
      status: {
        ...gated.status,
        conditions: [...(gated.status?.conditions ?? []), { type: 'gate', status: 'True' }],
      },
    };
    const { pod: after, steps } = settle(opened, LATER);
    expect(steps).toEqual(['report']);
    expect(condition(after, 'Ready')).toMatchObject({ status: 'True', lastTransitionTime: LATER });
    expect(condition(after, 'ContainersReady')?.lastTransitionTime).toBe(AT);
  });
});
