import { type Lazily } from './context';
import { deployment } from './objects';
import { Rollouts } from './rollouts';

/** New pods become Ready but never available, so a rolling update stops where its numbers say. */
export const held = (maxSurge: number, maxUnavailable: number) => ({
  minReadySeconds: 2_147_483_646,
  progressDeadlineSeconds: 2_147_483_647,
  strategy: { rollingUpdate: { maxSurge, maxUnavailable } },
});

/** How the product holds a plain Deployment at exactly N new pods: the numbers that it builds on. */
export function describeHeldDeployments(context: Lazily): void {
  describe('Deployments held by minReadySeconds', () => {
    let rollouts: Rollouts;
    const image = 'registry.example/app:2';
    const isAbsent = () => !context().target.controllers;

    beforeAll(async () => {
      if (!isAbsent()) rollouts = new Rollouts(context(), await context().namespace());
    }, 60_000);

    it.each([
      [0, 2, { 1: 8, 2: 2 }],
      [3, 2, { 1: 8, 2: 5 }],
      [0, 5, { 1: 5, 2: 5 }],
    ])(
      'at surge %d and unavailable %d of 10 stand at %j',
      async (surge, unavailable, expected) => {
        if (isAbsent()) return;
        const { client } = context();
        const name = `held-${surge}-${unavailable}`;
        await client.apply(rollouts.path(name), deployment(name, { replicas: 10 }));
        await rollouts.complete(name, 10);
        const spec = held(surge, unavailable);
        await client.apply(rollouts.path(name), deployment(name, { replicas: 10, image, spec }));
        await rollouts.hold(name, expected);
      },
      120_000,
    );

    it('move on by surge without losing capacity, scale in proportion, and finish', async () => {
      if (isAbsent()) return;
      const { client } = context();
      const apply = (replicas: number, spec: object) =>
        client.apply(rollouts.path('steps'), deployment('steps', { replicas, image, spec }));
      await client.apply(rollouts.path('steps'), deployment('steps', { replicas: 10 }));
      await rollouts.complete('steps', 10);
      // From 0 to 2 new pods: first beside the old ones, then in their place.
      await apply(10, held(2, 0));
      await rollouts.hold('steps', { 1: 10, 2: 2 });
      await apply(10, held(0, 2));
      await rollouts.hold('steps', { 1: 8, 2: 2 });
      await apply(10, held(3, 2));
      await rollouts.hold('steps', { 1: 8, 2: 5 });
      await apply(10, held(0, 5));
      await rollouts.hold('steps', { 1: 5, 2: 5 });
      await apply(20, held(0, 10));
      await rollouts.hold('steps', { 1: 10, 2: 10 });
      await apply(20, {});
      await rollouts.complete('steps', 20);
    }, 180_000);

    /** From 10 replicas at `unavailable` new ones to another count, the numbers set for it in the same apply. */
    it.each([
      ['up', 3, 15, held(0, 5), { 1: 10, 2: 5 }],
      ['up, its numbers left as they were', 3, 20, held(0, 3), { 1: 14, 2: 6 }],
      ['up by surge', 3, 14, held(2, 3), { 1: 11, 2: 5 }],
      ['down', 4, 5, held(0, 2), { 1: 3, 2: 2 }],
      ['down, its numbers left as they were', 5, 4, held(0, 5), { 1: 0, 2: 4 }],
    ])(
      'scale %s from %d new of 10 to %d',
      async (_how, unavailable, replicas, spec, expected) => {
        if (isAbsent()) return;
        const { client } = context();
        const name = context().unique('scaled');
        const apply = (count: number, next: object) =>
          client.apply(rollouts.path(name), deployment(name, { replicas: count, image, spec: next }));
        await client.apply(rollouts.path(name), deployment(name, { replicas: 10 }));
        await rollouts.complete(name, 10);
        await apply(10, held(0, unavailable));
        await rollouts.hold(name, { 1: 10 - unavailable, 2: unavailable });
        await apply(replicas, spec);
        await rollouts.hold(name, expected);
      },
      180_000,
    );

    it('return to the old template at once', async () => {
      if (isAbsent()) return;
      const { client } = context();
      const missing = 'registry.example/missing:1';
      await client.apply(rollouts.path('back'), deployment('back', { replicas: 4 }));
      await rollouts.complete('back', 4);
      await client.apply(
        rollouts.path('back'),
        deployment('back', { replicas: 4, image: missing, spec: held(2, 0) }),
      );
      await rollouts.settled('back', 'two bad pods', (status) => status.updatedReplicas === 2);
      await client.apply(rollouts.path('back'), deployment('back', { replicas: 4 }));
      const live = await rollouts.complete('back', 4);
      expect(live.status.readyReplicas).toBe(4);
    }, 120_000);

    it('return from half of the pods to the ReplicaSet that they had, which gets the next revision', async () => {
      if (isAbsent()) return;
      const { client } = context();
      await client.apply(rollouts.path('half'), deployment('half', { replicas: 10 }));
      await rollouts.complete('half', 10);
      const [before] = await rollouts.listSets('half');
      await client.apply(
        rollouts.path('half'),
        deployment('half', { replicas: 10, image, spec: held(0, 5) }),
      );
      await rollouts.hold('half', { 1: 5, 2: 5 });
      await client.apply(rollouts.path('half'), deployment('half', { replicas: 10 }));
      const live = await rollouts.complete('half', 10);
      expect(live.metadata.annotations['deployment.kubernetes.io/revision']).toBe('3');
      await rollouts.hold('half', { 2: 0, 3: 10 });
      const sets = await rollouts.listSets('half');
      const reused = sets.find((set) => set.metadata.uid === before.metadata.uid);
      expect(reused.metadata.annotations).toMatchObject({
        'deployment.kubernetes.io/revision': '3',
        'deployment.kubernetes.io/revision-history': '1',
      });
    }, 120_000);
  });
}
