import { type Body } from './body';
import { type Lazily } from './context';
import { Kruise } from './kruise';
import { type Images, podTemplate } from './objects';
import { Workloads, imageOf, isReady, restartsOf, runs, uidsOf } from './workloads';

const MAIN = 'registry.example/app:1';
const SIDE = (tag: string) => ({ main: MAIN, side: `registry.example/side:${tag}` });
const MISSING = { main: MAIN, side: 'registry.example/missing:1' };

const inPlace = { type: 'InPlaceIfPossible', maxUnavailable: '100%' };

/** OpenKruise's CloneSet, by its own published words; skipped where it is not at work. */
export function describeCloneSets(context: Lazily): void {
  describe('CloneSets', () => {
    let sets: Workloads;

    beforeAll(async () => {
      if (!context().target.openKruise) return;
      await new Kruise(context()).installed();
      sets = new Workloads(context(), await context().namespace(), 'CloneSet');
    }, 90_000);

    const rolls = (name: string, test: () => Promise<void>) => {
      it(name, () => (context().target.openKruise ? test() : Promise.resolve()), 120_000);
    };

    const apply = (
      name: string,
      images: Images,
      replicas: number,
      updateStrategy: object,
      spec: object = {},
    ) => sets.apply(name, images, { replicas, updateStrategy, ...spec });

    const started = async (name: string, replicas: number, strategy: object = inPlace): Promise<Body[]> => {
      await apply(name, SIDE('1'), replicas, strategy);
      await sets.counted(name, { readyReplicas: replicas, updatedReadyReplicas: replicas });
      return sets.pods(name);
    };

    const old = (pods: Body[]) => pods.filter((pod) => imageOf(pod, 'side').endsWith(':1'));

    rolls('make pods of one revision, and count them', async () => {
      const pods = await started('made', 3);
      const { status } = await sets.get('made');
      const { metadata, revision } = await sets.revision('made', 1);
      expect(revision).toBe(1);
      expect(status).toMatchObject({
        replicas: 3,
        readyReplicas: 3,
        availableReplicas: 3,
        updatedReplicas: 3,
        expectedUpdatedReplicas: 3,
        currentRevision: metadata.name,
        updateRevision: metadata.name,
        labelSelector: 'app=made',
      });
      for (const pod of pods) {
        expect(pod.metadata.labels['controller-revision-hash']).toBe(metadata.name);
        expect(pod.metadata.ownerReferences[0]).toMatchObject({
          kind: 'CloneSet',
          name: 'made',
          controller: true,
        });
      }
    });

    rolls('upgrade in place all but the partition, and the rest when it falls', async () => {
      const before = await started('parted', 5);
      await apply('parted', SIDE('2'), 5, { ...inPlace, partition: 3 });
      const held = await sets.counted('parted', {
        updatedReplicas: 2,
        updatedReadyReplicas: 2,
        readyReplicas: 5,
      });
      expect(held.status.expectedUpdatedReplicas).toBe(2);
      expect(held.status.currentRevision).not.toBe(held.status.updateRevision);
      expect(old(await sets.pods('parted'))).toHaveLength(3);
      await apply('parted', SIDE('2'), 5, { ...inPlace, partition: 0 });
      const done = await sets.counted('parted', { updatedReplicas: 5, updatedReadyReplicas: 5 });
      expect(done.status.currentRevision).toBe(done.status.updateRevision);
      const after = await sets.pods('parted');
      expect(uidsOf(after)).toEqual(uidsOf(before));
      for (const pod of after) expect([restartsOf(pod, 'main'), restartsOf(pod, 'side')]).toEqual([0, 1]);
    });

    rolls('take a share as partition, which rounds up but lets one go', async () => {
      await started('shares', 5);
      await apply('shares', SIDE('2'), 5, { ...inPlace, partition: '99%' });
      await sets.counted('shares', { updatedReadyReplicas: 1, expectedUpdatedReplicas: 1 });
      await apply('shares', SIDE('2'), 5, { ...inPlace, partition: '50%' });
      await sets.counted('shares', { updatedReadyReplicas: 2, expectedUpdatedReplicas: 2 });
    });

    rolls('take no pod back when the partition grows, and all when the template does', async () => {
      const before = await started('grown', 4);
      await apply('grown', SIDE('2'), 4, { ...inPlace, partition: 1 });
      await sets.counted('grown', { updatedReadyReplicas: 3 });
      await apply('grown', SIDE('2'), 4, { ...inPlace, partition: 3 });
      await sets.counted('grown', { updatedReadyReplicas: 3, expectedUpdatedReplicas: 1 });
      await apply('grown', SIDE('1'), 4, inPlace);
      await sets.counted('grown', { updatedReadyReplicas: 4, readyReplicas: 4 });
      expect(uidsOf(await sets.pods('grown'))).toEqual(uidsOf(before));
      expect((await sets.revisions('grown')).map(({ revision }) => revision)).toEqual([2, 3]);
    });

    rolls('replace pods when they are told to, or when more than images changes', async () => {
      for (const [name, strategy, image] of [
        ['told', { type: 'ReCreate', maxUnavailable: 1 }, SIDE('2')],
        ['more', { ...inPlace, maxUnavailable: 1 }, { ...SIDE('1'), third: 'registry.example/third:1' }],
      ] as const) {
        const before = await started(name, 3, strategy);
        await apply(name, image, 3, { ...strategy, partition: 1 });
        await sets.counted(name, { updatedReadyReplicas: 2, readyReplicas: 3, replicas: 3 });
        const kept = (await sets.pods(name)).filter(({ metadata }) => uidsOf(before).includes(metadata.uid));
        expect(kept).toHaveLength(1);
      }
    });

    rolls('refuse to replace where only in place is allowed', async () => {
      const strategy = { ...inPlace, type: 'InPlaceOnly' };
      const before = await started('only', 2, strategy);
      await apply('only', { ...SIDE('2'), third: MAIN }, 2, strategy);
      await sets.counted('only', { updatedReplicas: 0, readyReplicas: 2 });
      await apply('only', SIDE('2'), 2, strategy);
      await sets.counted('only', { updatedReadyReplicas: 2 });
      expect(uidsOf(await sets.pods('only'))).toEqual(uidsOf(before));
    });

    rolls('stop at a bad image with as many lost as may be, and come back in place', async () => {
      const strategy = { type: 'InPlaceIfPossible', maxUnavailable: 1 };
      const before = await started('bad', 4, strategy);
      await apply('bad', MISSING, 4, strategy);
      await sets.counted('bad', { updatedReplicas: 1, updatedReadyReplicas: 0, readyReplicas: 3 });
      await apply('bad', SIDE('1'), 4, strategy);
      await sets.counted('bad', { updatedReplicas: 4, updatedReadyReplicas: 4, readyReplicas: 4 });
      const after = await sets.pods('bad');
      expect(uidsOf(after)).toEqual(uidsOf(before));
      expect(after.map((pod) => restartsOf(pod, 'main'))).toEqual([0, 0, 0, 0]);
    });

    rolls('stand still while paused, but scale', async () => {
      await started('paused', 2);
      await apply('paused', SIDE('2'), 2, { ...inPlace, paused: true });
      await sets.counted('paused', { updatedReplicas: 0, readyReplicas: 2 });
      await apply('paused', SIDE('2'), 3, { ...inPlace, paused: true });
      await sets.counted('paused', { replicas: 3, readyReplicas: 3 });
      await apply('paused', SIDE('2'), 3, inPlace);
      await sets.counted('paused', { updatedReadyReplicas: 3 });
    });

    rolls('never have fewer Ready pods when they surge', async () => {
      const strategy = { type: 'ReCreate', maxSurge: 2, maxUnavailable: 0 };
      await started('surged', 4, strategy);
      const { resourceVersion } = (await sets.get('surged')).metadata;
      const watch = await context().client.watch(
        sets.path('').slice(0, -1),
        `fieldSelector=metadata.name%3Dsurged&resourceVersion=${resourceVersion}`,
      );
      await apply('surged', SIDE('2'), 4, strategy);
      await sets.counted('surged', { replicas: 4, updatedReadyReplicas: 4, readyReplicas: 4 });
      const seen = watch.events.map(({ object }) => object.status);
      expect(Math.min(...seen.map(({ readyReplicas }) => readyReplicas))).toBe(4);
      expect(Math.max(...seen.map(({ replicas }) => replicas))).toBe(6);
      watch.close();
    });

    rolls('fill up with old pods as far as the partition says, also when they scale', async () => {
      await started('filled', 4);
      await apply('filled', SIDE('2'), 4, { ...inPlace, partition: 3 });
      await sets.counted('filled', { updatedReadyReplicas: 1, readyReplicas: 4 });
      const [lost] = old(await sets.pods('filled'));
      await sets.deletePod(lost);
      await sets.podsWhere(
        'filled',
        'another old one',
        (pods) => pods.every(isReady) && old(pods).length === 3,
      );
      const scale = { spec: { replicas: 6 } };
      expect((await context().client.merge(`${sets.path('filled')}/scale`, scale)).status).toBe(200);
      await sets.counted('filled', { replicas: 6, readyReplicas: 6, updatedReadyReplicas: 3 });
      await sets.podsWhere('filled', 'all as labelled', (pods) =>
        pods.every((pod) => runs(pod, 'side', imageOf(pod, 'side'))),
      );
    });

    it('have a template that is kept as it was written', async () => {
      if (!context().target.openKruise) return;
      const template = podTemplate('kept', SIDE('1'));
      await apply('kept', SIDE('1'), 0, inPlace);
      expect((await sets.get('kept')).spec.template).toEqual(template);
    });
  });
}
