import { type Body } from './body';
import { type Lazily } from './context';
import { held } from './held-deployments';
import { deployment } from './objects';
import { Rollouts } from './rollouts';

const IMAGE = 'registry.example/app:2';

const progressing = (live: Body): Body =>
  live.status.conditions.find((each: Body) => each.type === 'Progressing');

/** What a paused Deployment still does, and what it counts: upgrading in place is built on it. */
export function describePausedDeployments(context: Lazily): void {
  describe('paused Deployments', () => {
    let rollouts: Rollouts;

    beforeAll(async () => {
      if (context().target.controllers) rollouts = new Rollouts(context(), await context().namespace());
    }, 60_000);

    const rolls = (name: string, test: () => Promise<void>) => {
      it(name, () => (context().target.controllers ? test() : Promise.resolve()), 120_000);
    };

    /** Starts one with so many old pods, all available. */
    const started = async (name: string, replicas: number) => {
      const { client } = context();
      await client.apply(rollouts.path(name), deployment(name, { replicas }));
      await rollouts.complete(name, replicas);
      return (spec: object, count = replicas, image = IMAGE) =>
        client.apply(rollouts.path(name), deployment(name, { replicas: count, image, spec }));
    };

    rolls('count the pods of a template that is rolled out already as updated', async () => {
      const apply = await started('same', 3);
      await apply({ paused: true }, 3, 'registry.example/app:1');
      const live = await rollouts.settled(
        'same',
        'reported as paused',
        (status) => progressing({ status }).reason === 'DeploymentPaused',
      );
      expect(progressing(live)).toMatchObject({ status: 'Unknown', message: 'Deployment is paused' });
      expect(live.status).toMatchObject({ replicas: 3, updatedReplicas: 3, readyReplicas: 3 });
    });

    rolls('count none of a template that waits, and make no ReplicaSet for it', async () => {
      const apply = await started('waits', 4);
      await apply({ paused: true });
      const live = await rollouts.settled(
        'waits',
        'reported as paused',
        (status) => progressing({ status }).reason === 'DeploymentPaused',
      );
      expect(live.status).toMatchObject({ replicas: 4, readyReplicas: 4, availableReplicas: 4 });
      expect(live.status.updatedReplicas).toBeUndefined();
      expect(live.metadata.annotations['deployment.kubernetes.io/revision']).toBe('1');
      expect(await rollouts.sets('waits')).toEqual({ 1: { replicas: 4, ready: 4 } });
    });

    rolls('scale the only ReplicaSet up and down', async () => {
      const apply = await started('scaled', 3);
      for (const replicas of [6, 2]) {
        await apply({ paused: true }, replicas);
        await rollouts.hold('scaled', { 1: replicas });
        const live = await rollouts.settled('scaled', 'counted', (status) => status.replicas === replicas);
        expect(live.status.updatedReplicas).toBeUndefined();
      }
    });

    rolls('keep the proportion of two ReplicaSets when they scale', async () => {
      const apply = await started('halves', 10);
      await apply(held(0, 5));
      await rollouts.hold('halves', { 1: 5, 2: 5 });
      await apply({ ...held(0, 5), paused: true }, 20);
      await rollouts.hold('halves', { 1: 10, 2: 10 });
      const live = await rollouts.settled(
        'halves',
        'counted',
        (status) => status.replicas === 20 && status.readyReplicas === 20,
      );
      expect(live.status.updatedReplicas).toBe(10);
    });

    rolls('stop a rollout where it is, and go on when they are resumed', async () => {
      const apply = await started('stopped', 6);
      await apply(held(0, 2));
      await rollouts.hold('stopped', { 1: 4, 2: 2 });
      await apply({ ...held(0, 6), paused: true });
      await rollouts.settled('stopped', 'observed', () => true);
      expect(await rollouts.sets('stopped')).toEqual({
        1: { replicas: 4, ready: 4 },
        2: { replicas: 2, ready: 2 },
      });
      await apply({});
      await rollouts.complete('stopped', 6);
    });
  });
}
