import type { KubeObject } from '@keelson/domain';
import { countAt, valueAt } from '../json';
import type { DriverStep } from '../types';
import { upgradeDeployment } from './deployment';
import { isUnderWay } from './marks';
import { isNotInPlace } from './not-in-place';
import { imagesOf, templateOf, withImages } from './template';
import { Drill, plan } from './testing/drill.spec';

const given = { kind: 'Deployment', pods: 4, maxUnavailable: 1 } as const;
const old = plan({ ...given, image: 'log:1' });
const next = plan({ ...given, image: 'log:2' });

/** A Deployment with four pods of the old image. */
const started = () => new Drill('Deployment', old);

const viewOf = (drill: Drill) => ({
  live: drill.live,
  children: ['ReplicaSet', 'Pod'].flatMap((kind) => drill.store.list(kind)),
});

const attempt = (drill: Drill, planned: KubeObject, share: string | number) =>
  upgradeDeployment(planned, { share, update: 'InPlaceOnly' }, viewOf(drill));

const stepOf = (drill: Drill, planned: KubeObject, share: string | number): DriverStep => {
  const answer = attempt(drill, planned, share);
  if (isNotInPlace(answer)) throw new Error(answer.notInPlace);
  return answer;
};

/** Paused, and with the new template. */
const hasLanded = (object: KubeObject): boolean =>
  isUnderWay(object) && imagesOf(templateOf(object)).get('log') === 'log:2';

const stepWithout = ({ live }: Drill): DriverStep => {
  const answer = upgradeDeployment(next, { share: 2, update: 'InPlaceOnly' }, { live, children: [] });
  if (isNotInPlace(answer)) throw new Error(answer.notInPlace);
  return answer;
};

describe('the steps of a Deployment upgraded in place', () => {
  it('begins with a pause, under the template that it has', () => {
    const drill = started();
    const { object, patches, progress } = stepOf(drill, next, 2);
    expect(patches).toEqual([]);
    expect(isUnderWay(object)).toBe(true);
    expect(object).toMatchObject({ spec: { ...(old['spec'] as object), paused: true } });
    expect(progress).toMatchObject({ reached: false, updated: 0, ready: 0, desired: 4 });
  });

  it('patches no pod before the controller has seen the pause', () => {
    const drill = started();
    drill.drive(next, 2);
    drill.look(drill.someWorker);
    expect(stepOf(drill, next, 2).patches).toEqual([]);
    drill.control();
    expect(stepOf(drill, next, 2).patches).toHaveLength(1);
  });

  it('patches the oldest pod first, with its image, its metadata and what ran before', () => {
    const drill = started();
    drill.drive(next, 2);
    drill.control();
    const [patch] = stepOf(drill, next, 2).patches;
    const [oldest] = drill.pods;
    expect(patch).toEqual({
      ref: { apiVersion: 'v1', kind: 'Pod', name: oldest?.metadata.name },
      uid: oldest?.metadata.uid,
      resourceVersion: oldest?.metadata.resourceVersion,
      generation: 0,
      type: 'strategic',
      patch: {
        metadata: { labels: {}, annotations: { log: 'log:2', 'keelson.dev/in-place': expect.any(String) } },
        spec: { containers: [{ name: 'log', image: 'log:2' }] },
      },
    });
    const note: unknown = JSON.parse(
      String(valueAt(patch, 'patch', 'metadata', 'annotations', 'keelson.dev/in-place')),
    );
    expect(note).toEqual({
      containers: { log: { id: expect.stringMatching(/^runtime:/), image: 'log:1' } },
      annotations: ['log'],
    });
  });

  it('leaves the ReplicaSet as it is until the last batch, and then changes it before the pods', () => {
    const drill = started();
    drill.settle(next, 2);
    expect(stepOf(drill, next, 3).patches.map(({ ref }) => ref.kind)).toEqual(['Pod']);
    expect(stepOf(drill, next, '100%').patches.map(({ ref }) => ref.kind)).toEqual(['ReplicaSet']);
  });

  it('ends the pause only when the controller counts every pod as updated', () => {
    const drill = started();
    const objects: DriverStep['object'][] = [];
    for (let round = 0; round < 40; round += 1) {
      drill.look(drill.someWorker);
      const { live } = drill;
      const { object } = drill.drive(next, '100%');
      if (valueAt(object, 'spec', 'paused') !== true && isUnderWay(live!)) {
        expect(countAt(live, 'status', 'updatedReplicas')).toBe(4);
        objects.push(object);
      }
      drill.round();
    }
    expect(objects).toHaveLength(1);
    expect(objects[0]?.['spec']).toEqual(next['spec']);
  });

  it('stays paused while the controller finds no ReplicaSet of its template', () => {
    const drill = started();
    for (let last = false; !last; drill.round()) {
      drill.look(drill.someWorker);
      last = hasLanded(drill.drive(next, '100%').object);
    }
    drill.control();
    const { live } = drill;
    expect(isUnderWay(stepOf(drill, next, '100%').object)).toBe(false);
    const { updatedReplicas: _, ...status } = live?.['status'] as Record<string, unknown>;
    drill.store.put({ ...live!, status });
    expect(isUnderWay(stepOf(drill, next, '100%').object)).toBe(true);
  });

  it('takes away again the labels that it has put on pods', () => {
    const drill = started();
    const template = valueAt(next, 'spec', 'template') as object;
    const labelled = { ...template, metadata: { labels: { app: 'web', fresh: 'yes' } } };
    const withLabel = { ...next, spec: { ...(next['spec'] as object), template: labelled } };
    drill.settle(withLabel, 2);
    expect(drill.pods.filter(({ metadata }) => metadata.labels?.['fresh'] === 'yes')).toHaveLength(2);
    drill.settle(old, '100%');
    expect(drill.pods.filter(({ metadata }) => metadata.labels && 'fresh' in metadata.labels)).toEqual([]);
  });

  it('does not go on where the controller is about to roll another image', () => {
    const drill = started();
    const template = withImages(templateOf(drill.live!), new Map([['log', 'log:2']]));
    drill.store.put({
      ...drill.live!,
      spec: { ...(drill.live?.['spec'] as object), template },
    });
    expect(attempt(drill, plan({ ...given, image: 'log:3' }), 2)).toEqual({
      notInPlace: 'its pods have other images: a rolling update is under way',
      needsNewPods: true,
    });
  });

  it('gives the user his own pause back', () => {
    const drill = started();
    const paused = { ...next, spec: { ...(next['spec'] as object), paused: true } };
    const uids = drill.uids;
    expect(drill.settle(paused, '100%').progress.reached).toBe(true);
    expect(valueAt(drill.live, 'spec', 'paused')).toBe(true);
    expect(isUnderWay(drill.live!)).toBe(false);
    expect(drill.uids).toEqual(uids);
    expect(drill.withImage('log:2')).toBe(4);
  });

  it('is not taken over by an older ReplicaSet that has the same template and no pods', () => {
    const drill = started();
    const [set] = drill.store.list('ReplicaSet');
    const twin = new Drill('Deployment', next).store.list('ReplicaSet')[0]!;
    const { ownerReferences } = set!.metadata;
    drill.store.put({
      ...twin,
      metadata: { name: 'twin', creationTimestamp: '1969-01-01T00:00:00Z', ownerReferences },
      spec: { ...(twin['spec'] as object), replicas: 0 },
    });
    const uids = drill.uids;
    expect(drill.settle(next, '100%').progress.reached).toBe(true);
    for (let round = 0; round < 5; round += 1) drill.round();
    expect(drill.uids).toEqual(uids);
    const retired = drill.store.get('ReplicaSet', 'twin');
    expect(valueAt(retired, 'spec', 'template', 'metadata', 'annotations')).toEqual({
      log: 'log:2',
      'keelson.dev/retired': set?.metadata.name,
    });
  });

  it('does not go on where its pods are of two ReplicaSets', () => {
    const drill = started();
    const [set] = drill.store.list('ReplicaSet');
    drill.store.put({ ...set!, metadata: { ...set!.metadata, name: 'other', uid: '' } });
    expect(attempt(drill, next, 2)).toEqual({
      notInPlace: 'its pods are of several ReplicaSets: a rolling update is under way',
      needsNewPods: true,
    });
    expect(attempt(drill, old, 2)).toMatchObject({ needsNewPods: false });
  });

  it.each([
    [
      'an init container',
      { initContainers: [{ name: 'init', image: 'init:1' }] },
      '/spec/template/spec/initContainers',
    ],
    [
      'another setting',
      { terminationGracePeriodSeconds: 5 },
      '/spec/template/spec/terminationGracePeriodSeconds',
    ],
  ])('does not do what needs new pods: %s', (_, more, place) => {
    const template = valueAt(next, 'spec', 'template') as { spec: object };
    const spec = {
      ...(next['spec'] as object),
      template: { ...template, spec: { ...template.spec, ...more } },
    };
    expect(attempt(started(), { ...next, spec }, 2)).toEqual({
      notInPlace: `${place} differs`,
      needsNewPods: true,
    });
  });

  it('leaves a Deployment alone that is not there, and waits for pods that it cannot see', () => {
    const target = { share: 2, update: 'InPlaceOnly' } as const;
    expect(upgradeDeployment(next, target, { live: undefined, children: [] })).toMatchObject({
      needsNewPods: false,
    });
    const drill = started();
    expect(upgradeDeployment(old, target, { live: drill.live, children: [] })).toMatchObject({
      notInPlace: 'its pods cannot be seen yet',
      needsNewPods: false,
    });
    const { object, patches, progress } = stepWithout(drill);
    expect({ object, patches, progress }).toMatchObject({
      object: { spec: { ...(old['spec'] as object), paused: true } },
      patches: [],
      progress: { reached: false, message: 'its pods cannot be seen yet' },
    });
  });
});
