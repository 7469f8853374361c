import { type Body } from './body';
import { STRATEGIC } from './client';
import { type Lazily } from './context';
import { Rollouts } from './rollouts';
import { Workloads, imageOf, restartsOf, runs, uidsOf } from './workloads';

const MAIN = 'registry.example/app:1';
const OLD = { main: MAIN, side: 'registry.example/side:1' };
const NEW = { main: MAIN, side: 'registry.example/side:2' };

/** Upgrading a container in place under a plain Deployment: the order of steps after which nothing is recreated. */
export function describeInPlaceDeployments(context: Lazily): void {
  describe('Deployments upgraded in place', () => {
    let deployments: Workloads;
    let rollouts: Rollouts;

    beforeAll(async () => {
      if (!context().target.controllers) return;
      const namespace = await context().namespace();
      deployments = new Workloads(context(), namespace, 'Deployment');
      rollouts = new Rollouts(context(), namespace);
    }, 60_000);

    const rolls = (name: string, test: () => Promise<void>) => {
      it(name, () => (context().target.controllers ? test() : Promise.resolve()), 120_000);
    };

    /** Changes the image in the template of a ReplicaSet, as somebody who is not its Deployment. */
    const patchSet = (set: Body, side: string) =>
      context().client.request(
        'PATCH',
        `${rollouts.setsPath}/${set.metadata.name}`,
        { spec: { template: { spec: { containers: [{ name: 'side', image: side }] } } } },
        STRATEGIC,
      );

    rolls('keep their pods, their ReplicaSet and the other container', async () => {
      const name = 'in-place';
      await deployments.apply(name, OLD, { replicas: 4 });
      await rollouts.complete(name, 4);
      const before = await deployments.pods(name);
      const [set] = await rollouts.listSets(name);

      await deployments.apply(name, OLD, { replicas: 4, paused: true });
      await deployments.counted(name, { updatedReplicas: 4 });
      const patched = await patchSet(set, NEW.side);
      expect([patched.status, patched.body.metadata.labels]).toEqual([200, set.metadata.labels]);
      // The Deployment's own template is no ReplicaSet's now: it counts none as updated and makes none.
      const between = await deployments.counted(name, { replicas: 4, readyReplicas: 4, updatedReplicas: 0 });
      expect(between.metadata.annotations['deployment.kubernetes.io/revision']).toBe('1');

      const [first, second, ...rest] = before;
      for (const pod of [first, second]) await deployments.upgradePod(pod, 'side', NEW.side);
      const upgraded = (count: number) => (pods: Body[]) =>
        pods.length === 4 && pods.filter((pod) => runs(pod, 'side', NEW.side)).length === count;
      await deployments.podsWhere(name, 'two upgraded', upgraded(2));
      // A pod that is lost meanwhile comes back with the new image.
      await deployments.deletePod(rest[0]);
      await deployments.podsWhere(name, 'three with the new image', upgraded(3));
      await deployments.upgradePod(rest[1], 'side', NEW.side);
      await deployments.podsWhere(name, 'all upgraded', upgraded(4));

      await deployments.apply(name, NEW, { replicas: 4, paused: true });
      await deployments.counted(name, { updatedReplicas: 4 });
      await deployments.apply(name, NEW, { replicas: 4 });
      const done = await rollouts.complete(name, 4);
      expect(done.metadata.annotations['deployment.kubernetes.io/revision']).toBe('1');

      const after = await deployments.pods(name);
      const kept = before.filter((pod) => pod.metadata.uid !== rest[0].metadata.uid);
      expect(uidsOf(after)).toEqual(expect.arrayContaining(uidsOf(kept)));
      for (const { metadata } of kept) {
        const pod = after.find((each) => each.metadata.uid === metadata.uid);
        expect([restartsOf(pod, 'main'), restartsOf(pod, 'side')]).toEqual([0, 1]);
      }
      const sets = await rollouts.listSets(name);
      expect(sets.map(({ metadata }) => metadata.uid)).toEqual([set.metadata.uid]);
      expect(imageOf({ spec: sets[0].spec.template.spec }, 'side')).toBe(NEW.side);
    });

    rolls('go back in place by the same steps', async () => {
      const name = 'back';
      await deployments.apply(name, OLD, { replicas: 2 });
      await rollouts.complete(name, 2);
      const before = await deployments.pods(name);
      const [set] = await rollouts.listSets(name);
      await deployments.apply(name, OLD, { replicas: 2, paused: true });
      await deployments.counted(name, { updatedReplicas: 2 });
      for (const side of ['registry.example/missing:1', OLD.side]) {
        await patchSet(set, side);
        await deployments.upgradePod(before[0], 'side', side);
        await deployments.podsWhere(name, `wanting ${side}`, (pods) => imageOf(pods[0], 'side') === side);
      }
      await deployments.podsWhere(name, 'all as before', (pods) =>
        pods.every((pod) => runs(pod, 'side', OLD.side)),
      );
      await deployments.apply(name, OLD, { replicas: 2 });
      await rollouts.complete(name, 2);
      expect(uidsOf(await deployments.pods(name))).toEqual(uidsOf(before));
      expect(await rollouts.sets(name)).toEqual({ 1: { replicas: 2, ready: 2 } });
    });

    rolls('roll out for all who put the Deployment first: the order matters', async () => {
      const name = 'wrong-order';
      await deployments.apply(name, OLD, { replicas: 2 });
      await rollouts.complete(name, 2);
      const before = await deployments.pods(name);
      await deployments.apply(name, NEW, { replicas: 2 });
      await rollouts.complete(name, 2);
      await rollouts.hold(name, { 1: 0, 2: 2 });
      for (const uid of uidsOf(await deployments.pods(name))) expect(uidsOf(before)).not.toContain(uid);
    });
  });
}
