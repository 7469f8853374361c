import { type Body } from './body';
import { type Lazily } from './context';
import { REVISION_LABEL, Workloads, imageOf, isReady, restartsOf, runs, uidsOf } from './workloads';

const IMAGE = (tag: string) => `registry.example/agent:${tag}`;
const MISSING = 'registry.example/missing:1';
const MAIN = 'registry.example/main:1';

/** Counts templates as the annotation does; on a pod, a number that nobody reads. */
const GENERATION_LABEL = 'pod-template-generation';
const GENERATION = 'deprecated.daemonset.template.generation';

const rolling = (maxUnavailable: number | string) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable } },
});
const onDelete = { updateStrategy: { type: 'OnDelete' } };

/** How DaemonSets number their revisions, count their pods and replace them. */
export function describeDaemonSets(context: Lazily): void {
  describe('DaemonSets', () => {
    let sets: Workloads;

    beforeAll(async () => {
      if (context().target.controllers)
        sets = new Workloads(context(), await context().namespace(), 'DaemonSet');
    }, 60_000);

    const rolls = (name: string, test: () => Promise<void>) => {
      it(name, () => (context().target.controllers ? test() : Promise.resolve()), 120_000);
    };

    const apply = (name: string, image: string, spec: object = {}) =>
      sets.apply(name, { main: MAIN, agent: image }, spec);

    /** All of them run and are of the present template; answers with their number. */
    const complete = async (name: string): Promise<number> => {
      const { status } = await sets.settled(
        name,
        'complete',
        ({ desiredNumberScheduled: wanted, updatedNumberScheduled, numberAvailable }) =>
          wanted > 0 && updatedNumberScheduled === wanted && numberAvailable === wanted,
      );
      return status.desiredNumberScheduled;
    };

    const started = async (name: string, spec: object = {}): Promise<number> => {
      await apply(name, IMAGE('1'), spec);
      return complete(name);
    };

    rolls('keep each template as a revision, whose hash their pods bear', async () => {
      const count = await started('kept');
      const live = await sets.get('kept');
      const revision = await sets.revision('kept', 1);
      const hash = revision.metadata.labels[REVISION_LABEL];
      expect(revision.metadata.name).toBe(`kept-${hash}`);
      expect(revision.metadata.labels).toEqual({ app: 'kept', [REVISION_LABEL]: hash });
      expect(revision.metadata.ownerReferences).toMatchObject([
        { kind: 'DaemonSet', name: 'kept', uid: live.metadata.uid, controller: true },
      ]);
      expect(revision.revision).toBe(1);
      expect(revision.data.spec.template).toMatchObject({
        $patch: 'replace',
        spec: {
          containers: [
            { name: 'main', image: MAIN },
            { name: 'agent', image: IMAGE('1') },
          ],
        },
      });
      expect(live.metadata.annotations).toEqual({ [GENERATION]: '1' });
      expect(live.status).toMatchObject({
        observedGeneration: 1,
        currentNumberScheduled: count,
        numberReady: count,
        numberMisscheduled: 0,
      });
      const pods = await sets.pods('kept');
      expect(pods).toHaveLength(count);
      expect(new Set(pods.map((pod) => pod.spec.nodeName)).size).toBe(count);
      for (const { metadata } of pods) {
        expect(metadata.labels).toEqual({ app: 'kept', [REVISION_LABEL]: hash, [GENERATION_LABEL]: '1' });
        expect(metadata.generateName).toBe('kept-');
      }
    });

    rolls('number their templates in an annotation that nobody owns', async () => {
      await started('numbered', onDelete);
      await apply('numbered', IMAGE('2'), onDelete);
      const live = await apply('numbered', IMAGE('2'), { ...onDelete, revisionHistoryLimit: 3 });
      expect([live.metadata.generation, live.metadata.annotations]).toEqual([3, { [GENERATION]: '2' }]);
      const owned = JSON.stringify(live.metadata.managedFields);
      expect(owned).not.toContain(GENERATION);
      await sets.revision('numbered', 2);
    });

    rolls('take an older template again under the next number', async () => {
      await started('again', rolling('100%'));
      const first = await sets.revision('again', 1);
      await apply('again', IMAGE('2'), rolling('100%'));
      await complete('again');
      await apply('again', IMAGE('1'), rolling('100%'));
      await complete('again');
      const revisions = await sets.revisions('again');
      expect(revisions.map(({ revision }) => revision)).toEqual([2, 3]);
      expect(revisions[1].metadata.uid).toBe(first.metadata.uid);
    });

    /** Watches a rollout from image 1 to image 2 and answers with the fewest pods that were available. */
    const fewestAvailable = async (name: string, spec: object): Promise<number> => {
      const { resourceVersion } = (await sets.get(name)).metadata;
      const ours = `fieldSelector=metadata.name%3D${name}&resourceVersion=${resourceVersion}`;
      const watch = await context().client.watch(sets.path('').slice(0, -1), ours);
      await apply(name, IMAGE('2'), spec);
      await complete(name);
      watch.close();
      return Math.min(...watch.events.map(({ object }) => object.status.numberAvailable ?? 0));
    };

    rolls('replace one pod at a time unless they are told otherwise', async () => {
      const count = await started('singly');
      expect(await fewestAvailable('singly', {})).toBe(count - 1);
    });

    rolls('replace as many at a time as may be unavailable', async () => {
      const count = await started('pairs', rolling(2));
      expect(await fewestAvailable('pairs', rolling(2))).toBe(Math.max(0, count - 2));
    });

    rolls('stop at a bad image with one pod lost, and recover by the old template', async () => {
      const count = await started('bad');
      await apply('bad', MISSING);
      const counts = { numberReady: count - 1, updatedNumberScheduled: 1, numberUnavailable: 1 };
      const stuck = await sets.counted('bad', counts);
      expect(stuck.status).toMatchObject({ currentNumberScheduled: count, desiredNumberScheduled: count });
      const before = (await sets.pods('bad')).filter(isReady);
      await apply('bad', IMAGE('1'));
      await complete('bad');
      expect(uidsOf(await sets.pods('bad'))).toEqual(expect.arrayContaining(uidsOf(before)));
      expect((await sets.revision('bad', 2)).revision).toBe(3);
    });

    rolls('leave old pods alone OnDelete', async () => {
      const count = await started('manual', onDelete);
      await apply('manual', IMAGE('2'), onDelete);
      await sets.counted('manual', { updatedNumberScheduled: 0, numberReady: count });
      const [old] = await sets.pods('manual');
      await sets.deletePod(old);
      await sets.counted('manual', { updatedNumberScheduled: 1, numberReady: count });
      const pods = await sets.pods('manual');
      const renewed = pods.filter((pod) => imageOf(pod, 'agent') === IMAGE('2'));
      expect(renewed.map((pod) => pod.spec.nodeName)).toEqual([old.spec.nodeName]);
    });

    rolls('are upgraded in place OnDelete, and recreate nothing when they roll again', async () => {
      const count = await started('in-place');
      const pods = await sets.pods('in-place');
      await apply('in-place', IMAGE('2'), onDelete);
      const { metadata } = await sets.revision('in-place', 2);
      await sets.counted('in-place', { updatedNumberScheduled: 0, numberReady: count });
      for (const [index, pod] of pods.entries()) {
        await sets.upgradePod(pod, 'agent', IMAGE('2'), metadata.labels[REVISION_LABEL]);
        await sets.counted('in-place', { updatedNumberScheduled: index + 1, numberReady: count });
      }
      await apply('in-place', IMAGE('2'));
      await complete('in-place');
      // One more change makes sure that the controller has looked at the restored strategy.
      await apply('in-place', IMAGE('2'), { revisionHistoryLimit: 5 });
      await complete('in-place');
      const after = await sets.podsWhere('in-place', 'all upgraded', (all) =>
        all.every((pod) => runs(pod, 'agent', IMAGE('2'))),
      );
      expect(uidsOf(after)).toEqual(uidsOf(pods));
      for (const pod of after) {
        expect([restartsOf(pod, 'main'), restartsOf(pod, 'agent')]).toEqual([0, 1]);
        expect(pod.metadata.labels[GENERATION_LABEL]).toBe('1');
      }
    });

    rolls(
      'believe the revision label of a pod, whoever wrote it, and not its template generation',
      async () => {
        const count = await started('believed', onDelete);
        const [pod] = await sets.pods('believed');
        await sets.upgradePod(pod, 'agent', IMAGE('1'), 'unknown');
        await sets.counted('believed', { updatedNumberScheduled: count - 1 });
        await apply('believed', IMAGE('2'), onDelete);
        await sets.counted('believed', { updatedNumberScheduled: 0 });
        const { metadata } = await sets.revision('believed', 2);
        await sets.upgradePod(pod, 'agent', IMAGE('1'), metadata.labels[REVISION_LABEL]);
        await sets.counted('believed', { updatedNumberScheduled: 1, numberReady: count });
      },
    );

    rolls('forget revisions beyond their history limit', async () => {
      const spec = { revisionHistoryLimit: 1, ...rolling('100%') };
      await started('history', spec);
      for (const tag of ['2', '3', '4']) {
        await apply('history', IMAGE(tag), spec);
        await complete('history');
      }
      await sets.revision('history', 2);
      const revisions: Body[] = await sets.revisions('history');
      expect(revisions.map(({ revision }) => revision)).toEqual([3, 4]);
    });
  });
}
