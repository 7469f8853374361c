import { type Body } from './body';
import { type Lazily } from './context';
import { Kruise } from './kruise';
import { until } from './until';
import { Workloads, imageOf, isReady, restartsOf, runs, uidsOf } from './workloads';

const SETS = '/apis/apps.kruise.io/v1alpha1/sidecarsets';
const PROXY = (tag: string) => `registry.example/proxy:${tag}`;
const MISSING = 'registry.example/missing:1';

/** OpenKruise's SidecarSet, by its own published words; skipped where it is not at work. */
export function describeSidecarSets(context: Lazily): void {
  describe('SidecarSets', () => {
    let clones: Workloads;
    const made: string[] = [];

    beforeAll(async () => {
      if (!context().target.openKruise) return;
      await new Kruise(context()).installed();
      clones = new Workloads(context(), await context().namespace(), 'CloneSet');
    }, 90_000);

    afterAll(async () => {
      for (const name of made) await context().client.delete(`${SETS}/${name}`);
    }, 60_000);

    const injects = (name: string, test: () => Promise<void>) => {
      it(name, () => (context().target.openKruise ? test() : Promise.resolve()), 120_000);
    };

    /** One for the pods of one application; the name is the cluster's, hence unlike any other. */
    const apply = async (
      name: string,
      app: string,
      image: string,
      updateStrategy: object = {},
      more: object = {},
    ) => {
      if (!made.includes(name)) made.push(name);
      const containers = [{ name: 'proxy', image, ...more }];
      const spec = {
        namespace: clones.namespace,
        selector: { matchLabels: { app } },
        containers,
        updateStrategy,
      };
      const object = { apiVersion: 'apps.kruise.io/v1alpha1', kind: 'SidecarSet', metadata: { name }, spec };
      const { status, body } = await context().client.apply(`${SETS}/${name}`, object);
      if (status >= 300) throw new Error(JSON.stringify(body));
    };

    const counted = (name: string, counts: Record<string, number>): Promise<unknown> =>
      until(
        `${name} at ${JSON.stringify(counts)}`,
        () => context().client.get(`${SETS}/${name}`),
        ({ body: { metadata, status } }) =>
          status?.observedGeneration === metadata.generation &&
          Object.entries(counts).every(([field, count]) => (status[field] ?? 0) === count),
      );

    /** A sidecar in each of so many pods of an application, all Ready. */
    const started = async (app: string, replicas: number, updateStrategy: object = {}) => {
      const name = context().unique(app);
      await apply(name, app, PROXY('1'), updateStrategy);
      await clones.apply(app, { main: 'registry.example/app:1' }, { replicas });
      await counted(name, { matchedPods: replicas, updatedReadyPods: replicas });
      return { name, pods: await clones.pods(app) };
    };

    const names = (pod: Body) => pod.spec.containers.map((each: Body) => each.name);

    injects('are put into every pod that they select when it is created', async () => {
      const { name, pods } = await started('injected', 2);
      await counted(name, { matchedPods: 2, updatedPods: 2, readyPods: 2, updatedReadyPods: 2 });
      for (const pod of pods) {
        expect(names(pod)).toEqual(['proxy', 'main']);
        expect(pod.metadata.annotations['kruise.io/sidecarset-injected-list']).toBe(name);
        const proxy = pod.spec.containers[0];
        expect(proxy.env).toEqual([{ name: 'IS_INJECTED', value: 'true' }]);
      }
      const set = await clones.get('injected');
      expect(set.spec.template.spec.containers).toHaveLength(1);
    });

    injects('come after the application where they say so', async () => {
      const name = context().unique('after');
      await apply(name, 'after', PROXY('1'), {}, { podInjectPolicy: 'AfterAppContainer' });
      await clones.apply('after', { main: 'registry.example/app:1' }, { replicas: 1 });
      await counted(name, { updatedReadyPods: 1 });
      const [pod] = await clones.pods('after');
      expect(names(pod)).toEqual(['main', 'proxy']);
      expect(pod.spec.containers[1]).not.toHaveProperty('podInjectPolicy');
    });

    injects('are upgraded in place up to their partition, and touch nothing else', async () => {
      const all = { maxUnavailable: '100%' };
      const { name, pods } = await started('upgraded', 4, all);
      await apply(name, 'upgraded', PROXY('2'), { ...all, partition: '50%' });
      await counted(name, { updatedPods: 2, updatedReadyPods: 2, readyPods: 4, matchedPods: 4 });
      await apply(name, 'upgraded', PROXY('2'), { ...all, partition: 1 });
      await counted(name, { updatedPods: 3, updatedReadyPods: 3 });
      await apply(name, 'upgraded', PROXY('2'), all);
      await counted(name, { updatedPods: 4, updatedReadyPods: 4, readyPods: 4 });
      const after = await clones.pods('upgraded');
      expect(uidsOf(after)).toEqual(uidsOf(pods));
      for (const pod of after) {
        expect(runs(pod, 'proxy', PROXY('2'))).toBe(true);
        expect([restartsOf(pod, 'main'), restartsOf(pod, 'proxy')]).toEqual([0, 1]);
      }
      // The application's own controller sees nothing to do.
      await clones.counted('upgraded', { readyReplicas: 4, updatedReadyReplicas: 4 });
    });

    injects('wait while they are paused, but are put into new pods', async () => {
      const { name } = await started('paused', 2);
      await apply(name, 'paused', PROXY('2'), { paused: true });
      await counted(name, { updatedPods: 0, readyPods: 2 });
      await clones.apply('paused', { main: 'registry.example/app:1' }, { replicas: 3 });
      await counted(name, { matchedPods: 3, updatedReadyPods: 1 });
    });

    injects('stop at a bad image with one pod lost, and come back in place', async () => {
      const { name, pods } = await started('bad', 3);
      await apply(name, 'bad', MISSING);
      await counted(name, { updatedPods: 1, updatedReadyPods: 0, readyPods: 2 });
      await apply(name, 'bad', PROXY('1'));
      await counted(name, { updatedPods: 3, updatedReadyPods: 3, readyPods: 3 });
      const after = await clones.podsWhere('bad', 'all Ready', (list) => list.every(isReady));
      expect(uidsOf(after)).toEqual(uidsOf(pods));
      expect(after.map((pod) => restartsOf(pod, 'main'))).toEqual([0, 0, 0]);
    });

    injects('leave pods alone when more than images changes', async () => {
      const { name, pods } = await started('more', 2);
      await apply(name, 'more', PROXY('2'), {}, { args: ['--verbose'] });
      await counted(name, { matchedPods: 2, updatedPods: 0, readyPods: 2 });
      await clones.deletePod(pods[0]);
      await counted(name, { matchedPods: 2, updatedReadyPods: 1, readyPods: 2 });
      const after = await clones.pods('more');
      expect(after.map((pod) => imageOf(pod, 'proxy')).sort()).toEqual([PROXY('1'), PROXY('2')]);
    });
  });
}
