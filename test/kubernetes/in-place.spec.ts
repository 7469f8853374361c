import type { KubeObject } from '@keelson/domain';
import { APPLY_PATCH, MERGE_PATCH, until } from './control-plane';
import {
  DriverLoop,
  Killed,
  livesOf,
  readyPods,
  type ContainerLife,
  type LoopOptions,
} from './in-place-loop';
import { FIRST_SIDECAR as OLD, KINDS, SIDECAR, UPGRADED, type Given } from './in-place-workloads';
import { dropNamespace, freshNamespace, realClusters, type TestCluster } from './support/fleet';

jest.setTimeout(120_000);

const NEW = 'registry.example/log:2';
const NEXT = 'registry.example/log:3';
const BAD = 'registry.example/missing:2';

type Lives = Map<string, Record<string, ContainerLife>>;

describe('upgrading a sidecar in place on a real API server', () => {
  let cluster: TestCluster;
  let namespace: string;

  beforeAll(async () => {
    [cluster] = (await realClusters(1)) as [TestCluster];
    namespace = await freshNamespace(cluster, 'in-place');
  });
  afterAll(async () => {
    if (cluster && namespace) await dropNamespace(cluster, namespace);
    await cluster?.close();
  });

  const loop = (options?: LoopOptions) => new DriverLoop(cluster.client, namespace, options);
  const plan = (kind: string, given: Given): KubeObject => KINDS[kind]!(given);
  const viewOf = (planned: KubeObject) => loop().view(planned);
  const lives = async (planned: KubeObject): Promise<Lives> => livesOf(await ownPods(planned));

  /** Several workloads share the namespace. */
  const ownPods = async (planned: KubeObject) => {
    const view = await viewOf(planned);
    const app = planned.metadata.labels?.['app'];
    return { ...view, children: view.children.filter(({ metadata }) => metadata.labels?.['app'] === app) };
  };

  const installed = async (kind: string, given: Given): Promise<{ planned: KubeObject; before: Lives }> => {
    const planned = plan(kind, given);
    await loop().reach(planned, '100%');
    return { planned, before: await lives(planned) };
  };

  const withImage = (all: Lives, container: string, image: string): number =>
    [...all.values()].filter((containers) => containers[container]?.image === image).length;

  /** The same pods, and in each the main container that was there before. */
  const expectUntouched = (after: Lives, before: Lives): void => {
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    for (const [uid, containers] of after) expect(containers['main']).toEqual(before.get(uid)?.['main']);
  };

  /** As if it had been applied to an empty cluster: every value, and every field that we own. */
  const expectPlan = async (planned: KubeObject): Promise<void> => {
    const { live, children } = await ownPods(planned);
    const name = `${planned.metadata.name}-fresh`;
    const path = `/apis/apps/v1/namespaces/${namespace}/${planned.kind.toLowerCase()}s/${name}`;
    const fresh = await cluster.client.must(
      'PATCH',
      `${path}?fieldManager=keelson&force=true&dryRun=All`,
      { ...planned, metadata: { ...planned.metadata, name } },
      APPLY_PATCH,
    );
    const owned = ({ metadata: { managedFields } }: any): unknown =>
      managedFields.find(({ manager, operation }: any) => manager === 'keelson' && operation === 'Apply')
        .fieldsV1['f:spec'];
    expect(live?.['spec']).toEqual(fresh.spec);
    expect(owned(live)).toEqual(owned(fresh));
    expect(Object.keys(live?.metadata.annotations ?? {})).not.toContain('keelson.dev/in-place');
    const { labels, annotations } = (planned as any).spec.template.metadata;
    for (const { metadata } of children.filter((child) => child.kind === 'Pod')) {
      expect(metadata.annotations?.[SIDECAR]).toBe(annotations[SIDECAR]);
      expect(metadata.labels?.[UPGRADED]).toBe(labels[UPGRADED]);
    }
  };

  /** What the controllers do with it from now on: a change of size goes through all that they decide. */
  const expectControllersAgree = async (planned: KubeObject, before: Lives, image: string): Promise<void> => {
    if (planned.kind === 'DaemonSet') {
      // No size to change: a change of the strategy is seen, and seen to lead to nothing.
      const path = `/apis/apps/v1/namespaces/${namespace}/daemonsets/${planned.metadata.name}`;
      await cluster.client.must('PATCH', path, { spec: { minReadySeconds: 1 } }, MERGE_PATCH);
      await until('the change is seen', async () => {
        const { live } = await viewOf(planned);
        const { observedGeneration, updatedNumberScheduled, numberAvailable } = live?.['status'] as any;
        const seen =
          observedGeneration === live?.metadata.generation && updatedNumberScheduled === before.size;
        return (seen && numberAvailable === before.size) || undefined;
      });
      return expectUntouched(await lives(planned), before);
    }
    const bigger = { ...planned, spec: { ...(planned['spec'] as object), replicas: before.size + 1 } };
    await loop({ update: 'Recreate' }).reach(bigger, '100%');
    const after = await lives(planned);
    expect(withImage(after, 'log', image)).toBe(before.size + 1);
    const kept = new Map([...after].filter(([uid]) => before.has(uid)));
    expectUntouched(kept, before);
  };

  describe.each(Object.keys(KINDS))('%s', (kind) => {
    const name = (what: string) => `${kind.toLowerCase()}-${what}`;

    it('goes batch by batch, with the pods and the other container as they were', async () => {
      const { before } = await installed(kind, { name: name('batches'), sidecar: OLD });
      const planned = plan(kind, { name: name('batches'), sidecar: NEW });
      let fewest = before.size;
      const driver = loop({
        onView: (view) => {
          const app = planned.metadata.labels?.['app'];
          const own = view.children.filter(({ metadata }) => metadata.labels?.['app'] === app);
          fewest = Math.min(fewest, readyPods({ ...view, children: own }));
        },
      });
      for (const [share, updated] of [
        [1, 1],
        ['67%', 2],
        ['100%', before.size],
      ] as const) {
        const { progress } = await driver.reach(planned, share);
        expect(progress).toMatchObject({ updated, ready: updated, desired: before.size });
        expect(withImage(await lives(planned), 'log', NEW)).toBe(updated);
      }
      expect(fewest).toBe(before.size - 1);
      const after = await lives(planned);
      expectUntouched(after, before);
      expect([...after.values()].map(({ log }) => log?.restarts)).toEqual(Array(before.size).fill(1));
      await expectPlan(planned);
      await expectControllersAgree(planned, before, NEW);
    });

    it('goes on after it was killed at every single write', async () => {
      const { before } = await installed(kind, { name: name('killed'), sidecar: OLD });
      const planned = plan(kind, { name: name('killed'), sidecar: NEW });
      let kills = 0;
      for (let done = false; !done;) {
        try {
          await loop({ writes: 1 }).reach(planned, '100%');
          done = true;
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          kills += 1;
        }
      }
      // Held, its pods one by one, let go; a Deployment's ReplicaSet and its template besides.
      expect(kills).toBeGreaterThanOrEqual(before.size + 2);
      expectUntouched(await lives(planned), before);
      expect(withImage(await lives(planned), 'log', NEW)).toBe(before.size);
      await expectPlan(planned);
      await expectControllersAgree(planned, before, NEW);
    });

    it('goes back in place from the middle, and from the end', async () => {
      const { planned: old, before } = await installed(kind, { name: name('back'), sidecar: OLD });
      const planned = plan(kind, { name: name('back'), sidecar: NEW });
      await loop().reach(planned, 2);
      await loop().reach(old, '100%');
      const middle = await lives(old);
      expectUntouched(middle, before);
      expect(withImage(middle, 'log', OLD)).toBe(before.size);
      await expectPlan(old);
      expect([...middle.values()].map(({ log }) => log?.restarts).sort()).toEqual(
        [...before.values()].map((_, index) => (index < before.size - 2 ? 0 : 2)),
      );

      await loop().reach(planned, '100%');
      await loop().reach(old, '100%');
      expectUntouched(await lives(old), before);
      await expectPlan(old);
      await expectControllersAgree(old, before, OLD);
    });

    it('stops at the first pod of a bad image, and is mended in place', async () => {
      const { before } = await installed(kind, { name: name('bad'), sidecar: OLD });
      const bad = plan(kind, { name: name('bad'), sidecar: BAD });
      const driver = loop();
      await until('a pod in ImagePullBackOff', async () => {
        const { progress } = await driver.round(bad, '100%');
        expect(progress.reached).toBe(false);
        return /ImagePullBackOff/.test(progress.message) || undefined;
      });
      for (let round = 0; round < 20; round += 1) await driver.round(bad, '100%');
      expect(readyPods(await ownPods(bad))).toBe(before.size - 1);
      expect(withImage(await lives(bad), 'log', OLD)).toBe(before.size - 1);

      const mended = plan(kind, { name: name('bad'), sidecar: NEXT });
      await loop().reach(mended, '100%');
      expectUntouched(await lives(mended), before);
      await expectControllersAgree(mended, before, NEXT);
    });

    it('refuses what needs new pods, or does it with new ones', async () => {
      const { before } = await installed(kind, { name: name('fixed'), sidecar: OLD });
      const planned = plan(kind, { name: name('fixed'), sidecar: NEW, mode: 'slow' });
      const { refused } = await loop().round(planned, '100%');
      expect(refused).toMatch('/spec/template/spec/containers/main/env/MODE/value differs');
      expectUntouched(await lives(planned), before);

      await loop({ update: 'InPlaceIfPossible' }).reach(planned, '100%');
      const after = await lives(planned);
      expect([...after.keys()].filter((uid) => before.has(uid))).toEqual([]);
      expect(withImage(after, 'log', NEW)).toBe(before.size);
    });

    it('counts a pod that was lost while a batch is held', async () => {
      const { before } = await installed(kind, { name: name('lost'), sidecar: OLD });
      const planned = plan(kind, { name: name('lost'), sidecar: NEW });
      await loop().reach(planned, 2);
      const { children } = await ownPods(planned);
      const lost = children.find((pod: any) => pod.kind === 'Pod' && pod.spec.containers[1].image === NEW)!;
      const path = `/api/v1/namespaces/${namespace}/pods/${lost.metadata.name}`;
      await cluster.client.must('DELETE', path, { gracePeriodSeconds: 0 });
      await loop().reach(planned, 2);
      await until('the batch is whole again', async () => {
        await loop().round(planned, 2);
        const now = await lives(planned);
        return (now.size === before.size && withImage(now, 'log', NEW) === 2) || undefined;
      });
      await loop().reach(planned, '100%');
      const after = await lives(planned);
      expect(withImage(after, 'log', NEW)).toBe(before.size);
      before.delete(String(lost.metadata.uid));
      expectUntouched(new Map([...after].filter(([uid]) => before.has(uid))), before);
    });
  });

  it.each(['Deployment', 'StatefulSet'])(
    'keeps the share of a %s that is scaled while held',
    async (kind) => {
      const name = `${kind.toLowerCase()}-scaled`;
      const { before } = await installed(kind, { name, sidecar: OLD });
      await loop().reach(plan(kind, { name, sidecar: NEW }), '50%');
      const bigger = plan(kind, { name, sidecar: NEW, replicas: 8 });
      await loop().reach(bigger, '50%');
      await until('all eight are ready', async () => readyPods(await ownPods(bigger)) === 8 || undefined);
      expect(withImage(await lives(bigger), 'log', NEW)).toBe(4);
      await loop().reach(bigger, '100%');
      const after = await lives(bigger);
      expect(withImage(after, 'log', NEW)).toBe(8);
      expectUntouched(new Map([...after].filter(([uid]) => before.has(uid))), before);
    },
  );

  it('goes in place to a template that an older ReplicaSet without pods has, too', async () => {
    const name = 'twins';
    const { planned: first } = await installed('Deployment', { name, sidecar: OLD });
    const second = plan('Deployment', { name, sidecar: NEW });
    await loop({ update: 'Recreate' }).reach(second, '100%');
    const before = await lives(second);
    await loop().reach(first, '100%');
    const after = await lives(first);
    expectUntouched(after, before);
    expect(withImage(after, 'log', OLD)).toBe(before.size);
    await expectControllersAgree(first, before, OLD);
  });
});
