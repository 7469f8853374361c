import type { KubeObject, Share } from '@keelson/domain';
import { valueAt } from '../json';
import type { DriverStep } from '../types';
import { upgradeDaemonSet } from './daemon-set';
import { isUnderWay } from './marks';
import { isNotInPlace, type NotInPlace } from './not-in-place';
import { upgradeStatefulSet } from './stateful-set';
import { Drill, plan } from './testing/drill.spec';

type Kind = 'StatefulSet' | 'DaemonSet';

const UPGRADES = { StatefulSet: upgradeStatefulSet, DaemonSet: upgradeDaemonSet };

const planOf = (kind: Kind, image: string, spec: object = {}): KubeObject => {
  const planned = plan({ kind, pods: 4, maxUnavailable: 1, image });
  return { ...planned, spec: { ...(planned['spec'] as object), ...spec } };
};

const started = (kind: Kind) => new Drill(kind, planOf(kind, 'log:1'));

const attempt = (
  drill: Drill,
  planned: KubeObject,
  share: Share,
  seen: (child: KubeObject) => boolean = () => true,
): DriverStep | NotInPlace =>
  UPGRADES[drill.kind as Kind](
    planned,
    { share, update: 'InPlaceOnly' },
    {
      live: drill.live,
      children: ['ControllerRevision', 'Pod'].flatMap((kind) => drill.store.list(kind)).filter(seen),
    },
  );

const stepOf = (...args: Parameters<typeof attempt>): DriverStep => {
  const answer = attempt(...args);
  if (isNotInPlace(answer)) throw new Error(answer.notInPlace);
  return answer;
};

describe.each<[Kind, object]>([
  ['StatefulSet', { type: 'RollingUpdate', rollingUpdate: { partition: 2147483647 } }],
  ['DaemonSet', { type: 'OnDelete' }],
])('the steps of a %s upgraded in place', (kind, updateStrategy) => {
  const next = planOf(kind, 'log:2');

  it('begins with the new template, under a strategy that replaces nothing', () => {
    const { object, patches, progress } = stepOf(started(kind), next, 2);
    expect(patches).toEqual([]);
    expect(isUnderWay(object)).toBe(true);
    expect(object['spec']).toEqual({ ...(next['spec'] as object), updateStrategy });
    expect(progress).toMatchObject({ reached: false, updated: 0, ready: 0, desired: 4 });
  });

  it('patches no pod before the revision of the new template is there, and seen', () => {
    const drill = started(kind);
    drill.look(drill.someWorker);
    drill.drive(next, 2);
    expect(stepOf(drill, next, 2).patches).toEqual([]);
    drill.control();
    const newest = drill.store.list('ControllerRevision').find(({ revision }) => revision === 2);
    expect(stepOf(drill, next, 2, (child) => child !== newest).patches).toEqual([]);
    const older = ({ revision }: KubeObject) => revision !== 1;
    expect(stepOf(drill, next, 2, older).progress.message).toMatch(/revision .+ of its pods has to be seen/);
    expect(stepOf(drill, next, 2).patches).toHaveLength(1);
  });

  it('gives a pod its image and the label of the revision in one patch', () => {
    const drill = started(kind);
    drill.look(drill.someWorker);
    drill.drive(next, 2);
    drill.control();
    const revision = drill.store.list('ControllerRevision').find((each) => each['revision'] === 2)!;
    const label =
      kind === 'StatefulSet'
        ? revision.metadata.name
        : revision.metadata.labels?.['controller-revision-hash'];
    const [patch] = stepOf(drill, next, 2).patches;
    expect(patch?.ref.name).toBe(kind === 'StatefulSet' ? 'web-3' : drill.pods[0]?.metadata.name);
    expect(patch?.patch).toMatchObject({
      metadata: { labels: { 'controller-revision-hash': label }, annotations: { log: 'log:2' } },
      spec: { containers: [{ name: 'log', image: 'log:2' }] },
    });
  });

  it('gives a pod the label alone whose image somebody has changed by hand', () => {
    const drill = started(kind);
    drill.look(drill.someWorker);
    drill.drive(next, 4);
    drill.control();
    const first = drill.store.get('Pod', stepOf(drill, next, 4).patches[0]!.ref.name)!;
    const template = valueAt(next, 'spec', 'template') as { metadata: object; spec: object };
    drill.store.put({
      ...first,
      metadata: { ...first.metadata, annotations: { log: 'log:2' } },
      spec: template.spec,
    });
    expect(stepOf(drill, next, 4).patches[0]?.patch).not.toHaveProperty('spec');
  });

  it('does not relabel a pod that is of quite another revision', () => {
    const drill = started(kind);
    const [revision] = drill.store.list('ControllerRevision');
    const template = valueAt(revision, 'data', 'spec', 'template') as { spec: object };
    const other = { ...template, spec: { ...template.spec, hostNetwork: true } };
    drill.look(drill.someWorker);
    drill.drive(next, 2);
    drill.control();
    drill.store.put({
      ...drill.store.get('ControllerRevision', revision!.metadata.name)!,
      data: { spec: { template: other } },
    });
    expect(attempt(drill, next, 2)).toEqual({
      notInPlace: expect.stringMatching(
        /^pods of revision .+ have another \/spec\/template\/spec\/hostNetwork$/,
      ),
      needsNewPods: true,
    });
  });

  it('holds on until the controller counts every pod as updated', () => {
    const drill = started(kind);
    drill.settle(next, 4);
    drill.round();
    expect(isUnderWay(stepOf(drill, next, '100%').object)).toBe(false);
    const behind = {
      ...(drill.live?.['status'] as object),
      currentRevision: 'web-0',
      updatedNumberScheduled: 3,
    };
    drill.store.put({ ...drill.live!, status: behind });
    expect(isUnderWay(stepOf(drill, next, '100%').object)).toBe(true);
  });

  it('patches no pod back before the controller has seen that it goes back', () => {
    const drill = started(kind);
    const old = planOf(kind, 'log:1');
    drill.settle(next, 2);
    drill.look(drill.someWorker);
    drill.drive(old, '100%');
    expect(stepOf(drill, old, '100%').patches).toEqual([]);
    drill.control();
    expect(stepOf(drill, old, '100%').patches).toHaveLength(1);
  });

  it('leaves a rolling update to its controller', () => {
    const drill = started(kind);
    drill.store.put({ ...drill.live!, spec: { ...(next['spec'] as object), replicas: 4, updateStrategy } });
    drill.control();
    expect(attempt(drill, next, 2)).toMatchObject({ needsNewPods: false });
  });
});

it('keeps to the partition of the user', () => {
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 3 } };
  const drill = started('StatefulSet');
  const next = planOf('StatefulSet', 'log:2', { updateStrategy });
  const uids = drill.uids;
  for (let round = 0; round < 20; round += 1) {
    drill.look(drill.someWorker);
    drill.drive(next, '100%');
    drill.round();
  }
  expect(isUnderWay(drill.live!)).toBe(false);
  expect(drill.live).toMatchObject({ spec: { updateStrategy } });
  expect(drill.withImage('log:2')).toBe(1);
  expect(drill.uids).toEqual(uids);
});
