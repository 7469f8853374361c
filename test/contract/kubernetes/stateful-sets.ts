import { type Body } from './body';
import { type Lazily } from './context';
import { REVISION_LABEL, Workloads, imageOf, isReady, runs, uidsOf } from './workloads';

const IMAGE = (tag: string) => ({ main: `registry.example/db:${tag}` });
const BAD = { main: 'registry.example/missing:1' };

const partition = (ordinal: number) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: ordinal } },
});

const tagsOf = (pods: Body[]): string[] => pods.map((pod) => imageOf(pod, 'main').split(':')[1] ?? '');

/** How StatefulSets number their revisions, count their pods and hold at a partition. */
export function describeStatefulSets(context: Lazily): void {
  describe('StatefulSets', () => {
    let sets: Workloads;

    beforeAll(async () => {
      if (context().target.controllers)
        sets = new Workloads(context(), await context().namespace(), 'StatefulSet');
    }, 60_000);

    const rolls = (name: string, test: () => Promise<void>) => {
      it(name, () => (context().target.controllers ? test() : Promise.resolve()), 120_000);
    };

    /** Applies it with Parallel pods unless told otherwise: in order they only take longer. */
    const apply = (name: string, tag: string, replicas: number, spec: object = {}) =>
      sets.apply(name, tag === 'bad' ? BAD : IMAGE(tag), {
        serviceName: name,
        replicas,
        podManagementPolicy: 'Parallel',
        ...spec,
      });

    const started = async (name: string, replicas: number, spec: object = {}): Promise<Body> => {
      await apply(name, '1', replicas, spec);
      return sets.counted(name, { readyReplicas: replicas, updatedReplicas: replicas });
    };

    rolls('keep each template as a revision, whose name their pods bear', async () => {
      const live = await started('kept', 2);
      const revision = await sets.revision('kept', 1);
      const hash = revision.metadata.labels['controller.kubernetes.io/hash'];
      expect(revision.metadata.name).toBe(`kept-${hash}`);
      expect(revision.metadata.labels).toEqual({ app: 'kept', 'controller.kubernetes.io/hash': hash });
      expect(revision.metadata.ownerReferences).toMatchObject([
        { kind: 'StatefulSet', name: 'kept', uid: live.metadata.uid, controller: true },
      ]);
      expect(revision.revision).toBe(1);
      expect(revision.data.spec.template).toMatchObject({
        $patch: 'replace',
        spec: { containers: [{ name: 'main', image: 'registry.example/db:1' }] },
      });
      const { name } = revision.metadata;
      expect(live.status).toMatchObject({
        currentRevision: name,
        updateRevision: name,
        replicas: 2,
        readyReplicas: 2,
        currentReplicas: 2,
        updatedReplicas: 2,
        collisionCount: 0,
      });
      const pods = await sets.pods('kept');
      expect(pods.map((pod) => pod.metadata.name)).toEqual(['kept-0', 'kept-1']);
      for (const { metadata, spec } of pods) {
        expect(metadata.labels).toEqual({
          app: 'kept',
          [REVISION_LABEL]: name,
          'statefulset.kubernetes.io/pod-name': metadata.name,
        });
        expect([spec.hostname, spec.subdomain]).toEqual([metadata.name, 'kept']);
      }
    });

    rolls('take an older template again under the next number', async () => {
      await started('again', 1);
      const first = await sets.revision('again', 1);
      await apply('again', '2', 1);
      expect((await sets.revision('again', 2)).revision).toBe(2);
      await apply('again', '1', 1);
      await sets.counted('again', {
        updateRevision: first.metadata.name,
        updatedReplicas: 1,
        readyReplicas: 1,
      });
      const revisions = await sets.revisions('again');
      expect(revisions.map(({ revision }) => revision)).toEqual([2, 3]);
      expect(revisions[1].metadata.uid).toBe(first.metadata.uid);
    });

    rolls('hold at their partition, count, and go on when it falls', async () => {
      const { status: before } = await started('held', 5, partition(5));
      await apply('held', '2', 5, partition(3));
      const held = await sets.counted('held', { readyReplicas: 5, updatedReplicas: 2, currentReplicas: 3 });
      const { name } = (await sets.revision('held', 2)).metadata;
      expect(held.status).toMatchObject({ currentRevision: before.currentRevision, updateRevision: name });
      expect(tagsOf(await sets.pods('held'))).toEqual(['1', '1', '1', '2', '2']);
      await apply('held', '2', 5, partition(2));
      await sets.counted('held', { readyReplicas: 5, updatedReplicas: 3, currentReplicas: 2 });
      await apply('held', '2', 5);
      const done = await sets.counted('held', { readyReplicas: 5, updatedReplicas: 5, currentReplicas: 5 });
      expect([done.status.currentRevision, done.status.updateRevision]).toEqual([name, name]);
    });

    rolls('give a lost pod the revision of its side of the partition', async () => {
      await started('lost', 4, partition(2));
      await apply('lost', '2', 4, partition(2));
      await sets.counted('lost', { readyReplicas: 4, updatedReplicas: 2, currentReplicas: 2 });
      const before = await sets.pods('lost');
      for (const index of [1, 3]) await sets.deletePod(before[index]);
      const after = await sets.podsWhere(
        'lost',
        'both replaced',
        (pods) =>
          pods.length === 4 &&
          pods.every(isReady) &&
          [1, 3].every((index) => pods[index].metadata.uid !== before[index].metadata.uid),
      );
      expect(tagsOf(after)).toEqual(['1', '1', '2', '2']);
    });

    rolls('scale while held: new pods beyond the partition are new, those below it old', async () => {
      await started('grown', 3, partition(2));
      await apply('grown', '2', 3, partition(2));
      await sets.counted('grown', { readyReplicas: 3, updatedReplicas: 1, currentReplicas: 2 });
      await apply('grown', '2', 6, partition(5));
      await sets.counted('grown', { readyReplicas: 6, updatedReplicas: 2, currentReplicas: 4 });
      // Pod 2 is below the partition now and new already: nothing takes it back.
      expect(tagsOf(await sets.pods('grown'))).toEqual(['1', '1', '2', '1', '1', '2']);
      await apply('grown', '2', 2, partition(2));
      const live = await sets.counted('grown', { replicas: 2, updatedReplicas: 0, currentReplicas: 2 });
      expect(live.status.currentRevision).not.toBe(live.status.updateRevision);
    });

    rolls('leave old pods alone OnDelete, and never call that done', async () => {
      const spec = { updateStrategy: { type: 'OnDelete' } };
      const { status: before } = await started('manual', 2, spec);
      await apply('manual', '2', 2, spec);
      const waits = await sets.counted('manual', {
        readyReplicas: 2,
        updatedReplicas: 0,
        currentReplicas: 2,
      });
      expect(waits.status.updateRevision).not.toBe(waits.status.currentRevision);
      for (const count of [1, 2]) {
        const [old] = (await sets.pods('manual')).filter((pod) => imageOf(pod, 'main').endsWith(':1'));
        await sets.deletePod(old);
        await sets.counted('manual', {
          readyReplicas: 2,
          updatedReplicas: count,
          currentReplicas: 2 - count,
        });
      }
      expect((await sets.get('manual')).status.currentRevision).toBe(before.currentRevision);
      await apply('manual', '2', 2);
      await sets.counted('manual', { currentRevision: waits.status.updateRevision, currentReplicas: 2 });
    });

    rolls('start, replace and remove pods one by one in order', async () => {
      const spec = { podManagementPolicy: 'OrderedReady' };
      const watch = await context().client.watch(
        `/api/v1/namespaces/${sets.namespace}/pods`,
        'labelSelector=app%3Dordered',
      );
      await started('ordered', 3, spec);
      await apply('ordered', '2', 3, spec);
      await sets.counted('ordered', { readyReplicas: 3, updatedReplicas: 3, currentReplicas: 3 });
      await apply('ordered', '2', 1, spec);
      await sets.counted('ordered', { replicas: 1, readyReplicas: 1 });
      const moves = watch.events
        .filter(({ type }) => type !== 'MODIFIED')
        .map(({ type, object }) => `${type} ${object.metadata.name}`);
      const replacing = (ordinal: number) => [`DELETED ordered-${ordinal}`, `ADDED ordered-${ordinal}`];
      expect(moves).toEqual([
        ...[0, 1, 2].map((ordinal) => `ADDED ordered-${ordinal}`),
        ...[2, 1, 0].flatMap(replacing),
        'DELETED ordered-2',
        'DELETED ordered-1',
      ]);
      const ready = new Map<string, boolean>();
      for (const { type, object } of watch.events) {
        const { name } = object.metadata;
        // Whoever is started or removed finds all others Ready.
        if (type !== 'MODIFIED') {
          ready.delete(name);
          expect([...ready.values()]).not.toContain(false);
        }
        if (type !== 'DELETED') ready.set(name, isReady(object));
      }
      watch.close();
    });

    rolls('roll one by one even when their pods are Parallel', async () => {
      await started('parallel', 3);
      const watch = await context().client.watch(sets.path('').slice(0, -1), 'resourceVersion=0');
      await apply('parallel', '2', 3);
      await sets.counted('parallel', { readyReplicas: 3, updatedReplicas: 3, currentReplicas: 3 });
      const ready = watch.events
        .filter(({ object }) => object.metadata.name === 'parallel' && object.metadata.generation === 2)
        .map(({ object }) => object.status.readyReplicas ?? 0);
      expect(Math.min(...ready)).toBe(2);
      watch.close();
    });

    /** The old template alone does not help: the broken pod is waited for before it may be replaced. */
    rolls('stay stuck in order at a pod that cannot start until somebody deletes it', async () => {
      const spec = { podManagementPolicy: 'OrderedReady' };
      await started('stuck', 3, spec);
      await apply('stuck', 'bad', 3, spec);
      await sets.counted('stuck', { readyReplicas: 2, updatedReplicas: 1, currentReplicas: 2 });
      await apply('stuck', '1', 3, spec);
      const live = await sets.counted('stuck', { readyReplicas: 2, updatedReplicas: 2 });
      expect(live.status.updateRevision).toBe(live.status.currentRevision);
      const pods = await sets.pods('stuck');
      expect(tagsOf(pods)).toEqual(['1', '1', '1']);
      expect(imageOf(pods[2], 'main')).toBe(BAD.main);
      await sets.deletePod(pods[2]);
      await sets.counted('stuck', { readyReplicas: 3, updatedReplicas: 3, currentReplicas: 3 });
    });

    rolls('replace by themselves a Parallel pod that cannot start', async () => {
      await started('freed', 3);
      await apply('freed', 'bad', 3);
      await sets.counted('freed', { readyReplicas: 2, updatedReplicas: 1, currentReplicas: 2 });
      await apply('freed', '1', 3);
      await sets.counted('freed', { readyReplicas: 3, updatedReplicas: 3, currentReplicas: 3 });
    });

    rolls('believe the revision label of a pod, whoever wrote it', async () => {
      const { status: before } = await started('believed', 3, partition(3));
      await apply('believed', '2', 3, partition(3));
      const waits = await sets.counted('believed', { updatedReplicas: 0, currentReplicas: 3 });
      const { updateRevision } = waits.status;
      expect(updateRevision).not.toBe(before.updateRevision);
      const pods = await sets.pods('believed');
      await sets.upgradePod(pods[0], 'main', imageOf(pods[0], 'main'), updateRevision);
      await sets.counted('believed', { updatedReplicas: 1, currentReplicas: 2 });
      await sets.upgradePod(pods[1], 'main', imageOf(pods[1], 'main'), 'unknown');
      await sets.counted('believed', { updatedReplicas: 1, currentReplicas: 1, replicas: 3 });
      await apply('believed', '2', 3, partition(0));
      await sets.counted('believed', { readyReplicas: 3, updatedReplicas: 3, currentReplicas: 3 });
      const after = await sets.pods('believed');
      expect(tagsOf(after)).toEqual(['1', '2', '2']);
      expect(after[0].metadata.uid).toBe(pods[0].metadata.uid);
    });

    rolls(
      'are upgraded in place below their partition, and recreate nothing when it is restored',
      async () => {
        const { status: before } = await started('in-place', 3);
        const pods = await sets.pods('in-place');
        await apply('in-place', '2', 3, partition(3));
        const { metadata } = await sets.revision('in-place', 2);
        await sets.counted('in-place', {
          updateRevision: metadata.name,
          updatedReplicas: 0,
          readyReplicas: 3,
        });
        for (const [index, pod] of pods.entries()) {
          await sets.upgradePod(pod, 'main', IMAGE('2').main, metadata.name);
          await sets.podsWhere('in-place', 'upgraded', (all) => runs(all[index], 'main', IMAGE('2').main));
          const counts = { readyReplicas: 3, updatedReplicas: index + 1 };
          const live = await sets.counted('in-place', counts);
          const isLast = index === 2;
          expect(live.status.currentRevision).toBe(isLast ? metadata.name : before.currentRevision);
          expect(live.status.currentReplicas).toBe(isLast ? 3 : 2 - index);
        }
        await apply('in-place', '2', 3, partition(0));
        await sets.settled('in-place', 'observed', () => true);
        // One more change makes sure that the controller has looked at the restored partition.
        await apply('in-place', '2', 4, partition(0));
        await sets.counted('in-place', { readyReplicas: 4, updatedReplicas: 4, currentReplicas: 4 });
        expect(uidsOf(await sets.pods('in-place'))).toEqual(expect.arrayContaining(uidsOf(pods)));
      },
    );

    rolls('forget revisions beyond their history limit, but none that is in use', async () => {
      const spec = { revisionHistoryLimit: 1, ...partition(1) };
      await started('history', 2, spec);
      for (const tag of ['2', '3', '4']) {
        await apply('history', tag, 2, spec);
        await sets.counted('history', { readyReplicas: 2, updatedReplicas: 1, currentReplicas: 1 });
      }
      await sets.revision('history', 3);
      const revisions = await sets.revisions('history');
      // In use are the first, by the pod below the partition, and the last; one more is kept.
      expect(revisions.map(({ revision }) => revision)).toEqual([1, 3, 4]);
    });

    rolls('refuse changes of anything but replicas, template and update strategy', async () => {
      await started('strict', 1);
      for (const spec of [{ serviceName: 'other' }, { podManagementPolicy: 'OrderedReady' }]) {
        const { status, body } = await context().client.merge(sets.path('strict'), { spec });
        expect([status, body.details.causes[0]]).toMatchObject([
          422,
          { reason: 'FieldValueForbidden', field: 'spec' },
        ]);
        expect(body.message).toContain("updates to statefulset spec for fields other than 'replicas'");
      }
    });
  });
}
