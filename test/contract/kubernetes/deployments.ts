import { type Body } from './body';
import { type Lazily } from './context';
import { deployment } from './objects';
import { Rollouts } from './rollouts';
import { until } from './until';

const GOOD = 'registry.example/app:2';
const BAD = 'registry.example/missing:1';

const condition = (object: Body, type: string): Body =>
  object.status.conditions.find((each: Body) => each.type === type);

export function describeDeployments(context: Lazily): void {
  describe('Deployments', () => {
    let rollouts: Rollouts;

    beforeAll(async () => {
      if (context().target.controllers) rollouts = new Rollouts(context(), await context().namespace());
    }, 60_000);

    /** Where no controllers work there is nothing to see; the target has said so. */
    const rolls = (name: string, test: () => Promise<void>) => {
      it(name, () => (context().target.controllers ? test() : Promise.resolve()), 120_000);
    };

    rolls('become available, with pods that are bound, running and owned', async () => {
      const { client } = context();
      await client.apply(rollouts.path('fresh'), deployment('fresh', { replicas: 2 }));
      const live = await rollouts.complete('fresh', 2);
      expect(live.metadata.annotations['deployment.kubernetes.io/revision']).toBe('1');
      expect(live.metadata.generation).toBe(1);
      expect(live.status).toMatchObject({ observedGeneration: 1, readyReplicas: 2 });
      expect(condition(live, 'Available')).toMatchObject({
        status: 'True',
        reason: 'MinimumReplicasAvailable',
      });
      const done = await rollouts.settled(
        'fresh',
        'reported as progressed',
        (status) => condition({ status }, 'Progressing')?.reason === 'NewReplicaSetAvailable',
      );
      expect(condition(done, 'Progressing').status).toBe('True');

      const { body } = await client.get(`${rollouts.setsPath}?labelSelector=app%3Dfresh`);
      const [set] = body.items;
      const hash = set.metadata.labels['pod-template-hash'];
      expect(set.metadata.name).toBe(`fresh-${hash}`);
      expect(set.spec.selector.matchLabels).toEqual({ app: 'fresh', 'pod-template-hash': hash });
      const pods = await rollouts.pods('fresh');
      expect(pods).toHaveLength(2);
      for (const pod of pods) {
        expect(pod.metadata.labels['pod-template-hash']).toBe(hash);
        expect(pod.metadata.ownerReferences[0]).toMatchObject({
          kind: 'ReplicaSet',
          name: set.metadata.name,
          controller: true,
        });
        expect(pod.spec.nodeName).toBeTruthy();
        expect(pod.status.phase).toBe('Running');
        expect(condition(pod, 'Ready').status).toBe('True');
      }
    });

    rolls('roll between their fences, and end with all pods new', async () => {
      const { client } = context();
      const spec = { strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable: 1 } } };
      await client.apply(rollouts.path('rolling'), deployment('rolling', { replicas: 6, spec }));
      const before = await rollouts.complete('rolling', 6);
      const { body: list } = await client.get(rollouts.setsPath);
      const since = list.metadata.resourceVersion;
      const ours = `labelSelector=app%3Drolling&resourceVersion=${since}`;
      const sets = await client.watch(rollouts.setsPath, ours);
      const status = await client.watch(
        rollouts.path('').slice(0, -1),
        `fieldSelector=metadata.name%3Drolling&resourceVersion=${before.metadata.resourceVersion}`,
      );
      await client.apply(rollouts.path('rolling'), deployment('rolling', { replicas: 6, spec, image: GOOD }));
      const after = await rollouts.complete('rolling', 6);
      expect(after.metadata.annotations['deployment.kubernetes.io/revision']).toBe('2');

      const wanted = new Map<string, number>(
        list.items.map((set: Body) => [set.metadata.name, set.spec.replicas]),
      );
      for (const { object } of sets.events) {
        if (object.metadata.labels.app !== 'rolling') continue;
        wanted.set(object.metadata.name, object.spec.replicas);
        const ours = [...wanted].filter(([name]) => name.startsWith('rolling-'));
        expect(ours.reduce((sum, [, count]) => sum + count, 0)).toBeLessThanOrEqual(8);
      }
      for (const { object } of status.events) {
        expect(object.status.availableReplicas ?? 0).toBeGreaterThanOrEqual(5);
      }
      expect(status.events.length).toBeGreaterThan(2);
      expect(await rollouts.sets('rolling')).toEqual({
        1: { replicas: 0, ready: 0 },
        2: { replicas: 6, ready: 6 },
      });
      sets.close();
      status.close();
    });

    rolls('scale without a new revision', async () => {
      const { client } = context();
      const path = rollouts.path('scaled');
      await client.apply(path, deployment('scaled', { replicas: 1 }));
      await rollouts.complete('scaled', 1);
      await client.apply(path, deployment('scaled', { replicas: 4 }));
      await rollouts.complete('scaled', 4);
      await client.apply(path, deployment('scaled', { replicas: 0 }));
      const live = await rollouts.complete('scaled', 0);
      expect(live.metadata.annotations['deployment.kubernetes.io/revision']).toBe('1');
      await until(
        'no pods',
        () => rollouts.pods('scaled'),
        (pods) => pods.length === 0,
      );
    });

    rolls('keep the old pods when an image cannot be pulled, and recover by the old template', async () => {
      const { client } = context();
      const path = rollouts.path('bad');
      const spec = {
        strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        progressDeadlineSeconds: 2,
      };
      await client.apply(path, deployment('bad', { replicas: 3, spec }));
      await rollouts.complete('bad', 3);
      await client.apply(path, deployment('bad', { replicas: 3, spec, image: BAD }));
      const pulling = (pods: Body[]) =>
        pods.some((pod) =>
          (pod.status.containerStatuses ?? []).some(
            (each: Body) => each.state?.waiting?.reason === 'ImagePullBackOff',
          ),
        );
      const pods = await until('a pod in ImagePullBackOff', () => rollouts.pods('bad'), pulling);
      expect(pods.filter((pod) => condition(pod, 'Ready')?.status === 'True')).toHaveLength(3);
      const stuck = await rollouts.settled(
        'bad',
        'the deadline to pass',
        (status) => condition({ status }, 'Progressing').reason === 'ProgressDeadlineExceeded',
      );
      expect(condition(stuck, 'Progressing').status).toBe('False');
      expect(stuck.status).toMatchObject({ readyReplicas: 3, updatedReplicas: 1, unavailableReplicas: 1 });

      await client.apply(path, deployment('bad', { replicas: 3, spec }));
      const live = await rollouts.complete('bad', 3);
      // The old ReplicaSet is taken again, under a new revision.
      expect(live.metadata.annotations['deployment.kubernetes.io/revision']).toBe('3');
      expect(Object.keys(await rollouts.sets('bad'))).toEqual(['2', '3']);
    });

    rolls('stand still while paused', async () => {
      const { client } = context();
      const path = rollouts.path('paused');
      await client.apply(path, deployment('paused', { replicas: 2 }));
      await rollouts.complete('paused', 2);
      const paused = { replicas: 3, image: GOOD, spec: { paused: true } };
      await client.apply(path, deployment('paused', paused));
      // Scaling goes on, the template waits.
      await rollouts.hold('paused', { 1: 3 });
      const live = await rollouts.settled('paused', 'to be seen', (status) => status.replicas === 3);
      expect(live.status.updatedReplicas ?? 0).toBe(0);
      await client.apply(path, deployment('paused', { replicas: 3, image: GOOD }));
      await rollouts.complete('paused', 3);
    });

    rolls('recreate by removing all old pods first', async () => {
      const { client } = context();
      const path = rollouts.path('recreated');
      const spec = { strategy: { type: 'Recreate' } };
      await client.apply(path, deployment('recreated', { replicas: 2, spec }));
      await rollouts.complete('recreated', 2);
      const { body } = await client.get(rollouts.setsPath);
      const query = `labelSelector=app%3Drecreated&resourceVersion=${body.metadata.resourceVersion}`;
      const sets = await client.watch(rollouts.setsPath, query);
      await client.apply(path, deployment('recreated', { replicas: 2, spec, image: GOOD }));
      await rollouts.complete('recreated', 2);
      const shrunk = sets.events.findIndex(({ object }) => object.spec.replicas === 0);
      const grown = sets.events.findIndex(
        ({ type, object }) => type === 'ADDED' && object.spec.replicas === 2,
      );
      expect(shrunk).toBeGreaterThanOrEqual(0);
      expect(grown).toBeGreaterThan(shrunk);
      sets.close();
    });

    rolls('forget ReplicaSets beyond their history limit', async () => {
      const { client } = context();
      const path = rollouts.path('history');
      for (const tag of [1, 2, 3]) {
        const image = `registry.example/app:${tag}`;
        await client.apply(path, deployment('history', { image, spec: { revisionHistoryLimit: 1 } }));
        await rollouts.complete('history', 1);
      }
      await until(
        'only one old ReplicaSet',
        () => rollouts.sets('history'),
        // Which of the old ones goes is by age, and those of one second are of an age.
        (sets) => Object.keys(sets).length === 2 && sets[3]?.ready === 1,
      );
    });

    rolls('take over what an orphaning deletion left of them', async () => {
      const { client } = context();
      const path = rollouts.path('orphaned');
      await client.apply(path, deployment('orphaned', { replicas: 2 }));
      await rollouts.complete('orphaned', 2);
      const [set] = await rollouts.listSets('orphaned');
      const pods = await rollouts.pods('orphaned');
      await client.delete(path, { propagationPolicy: 'Orphan' });
      await until(
        'an orphan',
        () => rollouts.listSets('orphaned'),
        ([left]) => left.metadata.ownerReferences === undefined,
      );
      // An apply before that would change the one that goes.
      await until(
        'the end of the Deployment',
        () => client.get(path),
        ({ status }) => status === 404,
      );
      await client.apply(path, deployment('orphaned', { replicas: 2 }));
      await rollouts.complete('orphaned', 2);
      const [taken] = await rollouts.listSets('orphaned');
      expect(taken.metadata.uid).toBe(set.metadata.uid);
      const uids = (list: Body[]) => list.map(({ metadata }) => metadata.uid).sort();
      expect(uids(await rollouts.pods('orphaned'))).toEqual(uids(pods));
    });

    rolls('may come back at once under the name of one that goes', async () => {
      const { client } = context();
      const path = rollouts.path('renewed');
      await client.apply(path, deployment('renewed', { replicas: 2 }));
      await rollouts.complete('renewed', 2);
      const [set] = await rollouts.listSets('renewed');
      await client.delete(path, { propagationPolicy: 'Background' });
      await client.apply(path, deployment('renewed', { replicas: 2 }));
      await rollouts.complete('renewed', 2);
      // Its name tells nothing: while the old one is not collected yet, the new one has to take another.
      const [own] = await until(
        'only its own ReplicaSet',
        () => rollouts.listSets('renewed'),
        (list) => list.length === 1 && list[0].metadata.uid !== set.metadata.uid,
      );
      const { body } = await client.get(path);
      expect(own.metadata.ownerReferences).toMatchObject([{ uid: body.metadata.uid, controller: true }]);
      await rollouts.complete('renewed', 2);
    });

    rolls('replace a pod that is lost, and go with all they own', async () => {
      const { client } = context();
      const path = rollouts.path('owned');
      await client.apply(path, deployment('owned', { replicas: 2 }));
      await rollouts.complete('owned', 2);
      const [lost] = await rollouts.pods('owned');
      const pods = `/api/v1/namespaces/${rollouts.namespace}/pods`;
      await client.delete(`${pods}/${lost.metadata.name}`);
      await until(
        'another pod',
        () => rollouts.pods('owned'),
        (list) => list.length === 2 && list.every((pod) => pod.metadata.uid !== lost.metadata.uid),
      );
      await client.delete(path);
      await until(
        'no ReplicaSets',
        () => rollouts.sets('owned'),
        (sets) => Object.keys(sets).length === 0,
      );
      await until(
        'no pods',
        () => rollouts.pods('owned'),
        (list) => list.length === 0,
      );
    });
  });
}
