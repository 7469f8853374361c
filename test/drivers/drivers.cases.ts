import { ContractContext } from '../contract/kubernetes/context';
import type { ContractTarget } from '../contract/kubernetes/target';
import { DrivenWorkload } from './driven-workload';

const PATIENCE_MS = 180_000;

/** What the drivers do to a cluster, against any API server whose controllers run. */
export function describeDrivers(title: string, target: () => Promise<ContractTarget>): void {
  describe(title, () => {
    let context: ContractContext;
    let namespace: string;

    beforeAll(async () => {
      context = new ContractContext(await target());
      namespace = await context.namespace();
    }, 600_000);

    afterAll(() => context.close(), PATIENCE_MS);

    const workload = (kind: 'Deployment' | 'StatefulSet') =>
      new DrivenWorkload(context, namespace, kind, context.unique('driven'));

    describe('a Deployment', () => {
      const own = {
        replicas: 10,
        minReadySeconds: 1,
        progressDeadlineSeconds: 77,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '30%', maxUnavailable: 1 } },
      };

      it(
        'stands at exactly the pods of each batch, loses no capacity while it is held, and is its user’s in the end',
        async () => {
          const web = workload('Deployment');
          await web.install(web.plan('app:1', own));
          const next = web.plan('app:2', own);
          expect(await web.reach(next, '10%')).toMatchObject({ desired: 10, updated: 1, ready: 1 });
          expect(await web.readyBy()).toEqual({ 'app:1': 9, 'app:2': 1 });
          expect(await web.reach(next, '50%')).toMatchObject({ desired: 10, updated: 5, ready: 5 });
          expect(await web.readyBy()).toEqual({ 'app:1': 5, 'app:2': 5 });
          expect(web.leastReady).toBe(10);
          await web.reach(next, '100%');
          expect(await web.readyBy()).toEqual({ 'app:2': 10 });
          const { spec, metadata } = await web.live();
          expect(spec).toMatchObject(own);
          expect(metadata.annotations).not.toHaveProperty(['keelson.dev/held-from']);
        },
        PATIENCE_MS,
      );

      it(
        'gives back the API server’s defaults where its user says nothing',
        async () => {
          const web = workload('Deployment');
          await web.install(web.plan('app:1', { replicas: 2 }));
          const { spec: before } = await web.live();
          await web.reach(web.plan('app:2', { replicas: 2 }), '50%');
          await web.reach(web.plan('app:2', { replicas: 2 }), '100%');
          const { spec: after } = await web.live();
          expect(after).toEqual({
            ...(before as object),
            template: (after as { template: unknown }).template,
          });
        },
        PATIENCE_MS,
      );

      it(
        'keeps every old pod under a bad image, says why, and goes back',
        async () => {
          const web = workload('Deployment');
          const old = web.plan('app:1', own);
          await web.install(old);
          const { message } = await web.follow(web.plan('missing:1', own), '20%', (progress) =>
            progress.message.includes('ImagePullBackOff'),
          );
          expect(message).toContain('0 of 2 new pods are ready; container main (registry.example/missing:1)');
          expect(await web.readyBy()).toEqual({ 'app:1': 10 });
          await web.reach(old, '10%');
          expect(await web.readyBy()).toEqual({ 'app:1': 10 });
          expect(web.leastReady).toBe(10);
          expect((await web.live())['spec']).toMatchObject(own);
        },
        PATIENCE_MS,
      );

      it(
        'goes back from half of the pods without losing capacity',
        async () => {
          const web = workload('Deployment');
          const old = web.plan('app:1', own);
          await web.install(old);
          await web.reach(web.plan('app:2', own), '50%');
          await web.reach(old, '50%');
          expect(await web.readyBy()).toEqual({ 'app:1': 10 });
          expect(web.leastReady).toBe(10);
        },
        PATIENCE_MS,
      );

      it(
        'keeps its share when it is scaled in the middle, and is superseded from there',
        async () => {
          const web = workload('Deployment');
          await web.install(web.plan('app:1', own));
          await web.reach(web.plan('app:2', own), '50%');
          const more = { ...own, replicas: 20 };
          expect(await web.reach(web.plan('app:2', more), '50%')).toMatchObject({ desired: 20, ready: 10 });
          expect(await web.readyBy()).toEqual({ 'app:1': 10, 'app:2': 10 });
          expect(await web.reach(web.plan('app:3', more), '10%')).toMatchObject({ ready: 2 });
          expect(web.leastReady).toBe(10);
          await web.reach(web.plan('app:3', more), '100%');
          expect(await web.readyBy()).toEqual({ 'app:3': 20 });
        },
        PATIENCE_MS,
      );
    });

    describe('a StatefulSet', () => {
      const own = { replicas: 5, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } };

      it(
        'stands at exactly the pods of each batch, one down at a time, and is its user’s in the end',
        async () => {
          const db = workload('StatefulSet');
          await db.install(db.plan('app:1', own));
          const next = db.plan('app:2', own);
          expect(await db.reach(next, '20%')).toMatchObject({ desired: 5, updated: 1, ready: 1 });
          expect(await db.readyBy()).toEqual({ 'app:1': 4, 'app:2': 1 });
          expect(await db.reach(next, '60%')).toMatchObject({ desired: 5, updated: 3, ready: 3 });
          expect(await db.readyBy()).toEqual({ 'app:1': 2, 'app:2': 3 });
          await db.reach(next, '100%');
          expect(await db.readyBy()).toEqual({ 'app:2': 5 });
          expect(db.leastReady).toBeGreaterThanOrEqual(4);
          expect((await db.live())['spec']).toMatchObject(own);
        },
        PATIENCE_MS,
      );

      it(
        'comes back from a bad image, although that blocks its controller',
        async () => {
          const db = workload('StatefulSet');
          const old = db.plan('app:1', own);
          await db.install(old);
          await db.follow(db.plan('missing:1', own), '40%', ({ message }) =>
            message.includes('ImagePullBackOff'),
          );
          expect(await db.readyBy()).toEqual({ 'app:1': 4 });
          await db.reach(old, '100%');
          expect(await db.readyBy()).toEqual({ 'app:1': 5 });
        },
        PATIENCE_MS,
      );
    });
  });
}
