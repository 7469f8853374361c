import { type Body } from './body';
import { STRATEGIC } from './client';
import { type Lazily } from './context';
import { held } from './held-deployments';
import { deployment } from './objects';
import { Rollouts } from './rollouts';
import { until } from './until';
import { isReady } from './workloads';

/** How pods are asked to leave, and when they need not. */
export function describeEvictions(context: Lazily): void {
  describe('evictions', () => {
    let rollouts: Rollouts;
    /** Of PodDisruptionBudgets: `policy/v1` where it is served, else `policy/v1beta1`. */
    let policy: string;

    beforeAll(async () => {
      if (!context().target.controllers) return;
      rollouts = new Rollouts(context(), await context().namespace());
      const { status } = await context().client.get('/apis/policy/v1');
      policy = status === 200 ? 'policy/v1' : 'policy/v1beta1';
    }, 60_000);

    const rolls = (name: string, test: () => Promise<void>) => {
      it(name, () => (context().target.controllers ? test() : Promise.resolve()), 120_000);
    };

    const pods = () => `/api/v1/namespaces/${rollouts.namespace}/pods`;
    const budgets = () => `/apis/${policy}/namespaces/${rollouts.namespace}/poddisruptionbudgets`;

    const evict = (name: string, more: object = {}, query = '') =>
      context().client.post(`${pods()}/${name}/eviction${query}`, {
        apiVersion: 'policy/v1beta1',
        kind: 'Eviction',
        metadata: { name },
        ...more,
      });

    /** Pods with this gate are Ready when the test says so, and not before. */
    const GATE = 'example.com/serving';

    const open = (pod: Body) =>
      context().client.request(
        'PATCH',
        `${pods()}/${pod.metadata.name}/status`,
        { status: { conditions: [{ type: GATE, status: 'True' }] } },
        STRATEGIC,
      );

    const running = (pod: Body): boolean => pod.status.phase === 'Running';

    /** A Deployment of pods that were all let into service. */
    const started = async (app: string, replicas: number): Promise<Body[]> => {
      const object = deployment(app, { replicas });
      const spec = { ...object.spec.template.spec, readinessGates: [{ conditionType: GATE }] };
      const template = { ...object.spec.template, spec };
      await context().client.apply(rollouts.path(app), { ...object, spec: { ...object.spec, template } });
      const found = await until(
        `${replicas} pods of ${app} running`,
        () => rollouts.pods(app),
        (list) => list.length === replicas && list.every(running),
      );
      for (const pod of found) await open(pod);
      await rollouts.complete(app, replicas);
      return found;
    };

    const budget = async (name: string, app: string, spec: object): Promise<void> => {
      const { status, body } = await context().client.post(budgets(), {
        apiVersion: policy,
        kind: 'PodDisruptionBudget',
        metadata: { name },
        spec: { selector: { matchLabels: { app } }, ...spec },
      });
      if (status !== 201) throw new Error(JSON.stringify(body));
    };

    const budgeted = (name: string, expected: object): Promise<unknown> =>
      until(
        `budget ${name} at ${JSON.stringify(expected)}`,
        () => context().client.get(`${budgets()}/${name}`),
        ({ body: { metadata, status } }) =>
          status?.observedGeneration === metadata.generation &&
          Object.entries(expected).every(([field, value]) => status[field] === value),
      );

    rolls('pass while the budget lasts, and again when a replacement is Ready', async () => {
      const [first, second] = await started('lasting', 4);
      await budget('lasting', 'lasting', { maxUnavailable: 1 });
      const full = { expectedPods: 4, currentHealthy: 4, desiredHealthy: 3, disruptionsAllowed: 1 };
      await budgeted('lasting', full);
      const passed = await evict(first.metadata.name);
      expect([passed.status, passed.body.status]).toEqual([201, 'Success']);
      await budgeted('lasting', { expectedPods: 4, currentHealthy: 3, disruptionsAllowed: 0 });

      const refused = await evict(second.metadata.name);
      expect([refused.status, refused.body.reason]).toEqual([429, 'TooManyRequests']);
      expect(refused.body.message).toBe("Cannot evict pod as it would violate the pod's disruption budget.");
      expect(refused.body.details.causes).toEqual([
        {
          reason: 'DisruptionBudget',
          message: 'The disruption budget lasting needs 3 healthy pods and has 3 currently',
        },
      ]);
      const closed = (pod: Body) => running(pod) && !isReady(pod);
      const [replacement] = await until(
        'a replacement',
        async () => (await rollouts.pods('lasting')).filter(closed),
        (list) => list.length === 1,
      );
      expect((await evict(second.metadata.name)).status).toBe(429);
      await open(replacement);
      await budgeted('lasting', full);
      expect((await evict(second.metadata.name)).status).toBe(201);
    });

    rolls('are counted at once, before the budget is looked at again', async () => {
      const all = await started('counted', 5);
      await budget('counted', 'counted', { maxUnavailable: 2 });
      await budgeted('counted', { disruptionsAllowed: 2 });
      const answers = await Promise.all(all.map(({ metadata }) => evict(metadata.name)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 429, 429, 429]);
    });

    rolls('are allowed by shares that round up, of the count that is wanted', async () => {
      const all = await started('shares', 5);
      const rows: [string, object, { desiredHealthy: number; disruptionsAllowed: number }][] = [
        ['thirty', { maxUnavailable: '30%' }, { desiredHealthy: 3, disruptionsAllowed: 2 }],
        ['half', { minAvailable: '50%' }, { desiredHealthy: 3, disruptionsAllowed: 2 }],
        ['four', { minAvailable: 4 }, { desiredHealthy: 4, disruptionsAllowed: 1 }],
        ['many', { maxUnavailable: 10 }, { desiredHealthy: 0, disruptionsAllowed: 5 }],
        ['all', { minAvailable: '100%' }, { desiredHealthy: 5, disruptionsAllowed: 0 }],
        ['more', { minAvailable: 9 }, { desiredHealthy: 9, disruptionsAllowed: 0 }],
      ];
      for (const [name, spec, expected] of rows) {
        await budget(name, 'shares', spec);
        await budgeted(name, { expectedPods: 5, currentHealthy: 5, ...expected });
      }
      const { status, body } = await evict(all[0].metadata.name);
      expect(status).toBe(500);
      expect(body.message).toContain('more than one PodDisruptionBudget');
    });

    rolls('take canary pods for healthy ones, whatever holds them', async () => {
      const { client } = context();
      const shape = { replicas: 4, image: 'registry.example/app:1' };
      await client.apply(rollouts.path('canary'), deployment('canary', shape));
      await rollouts.complete('canary', 4);
      const next = deployment('canary', { ...shape, image: 'registry.example/app:2', spec: held(2, 0) });
      await client.apply(rollouts.path('canary'), next);
      await rollouts.hold('canary', { 1: 4, 2: 2 });
      await budget('canary', 'canary', { maxUnavailable: 1 });
      await budgeted('canary', {
        expectedPods: 4,
        currentHealthy: 6,
        desiredHealthy: 3,
        disruptionsAllowed: 3,
      });
    });

    rolls('pass for pods that do not run yet, and for those that no budget covers', async () => {
      await context().client.apply(
        rollouts.path('pending'),
        deployment('pending', { replicas: 1, image: 'registry.example/missing:1' }),
      );
      const [pending] = await until(
        'a pending pod',
        () => rollouts.pods('pending'),
        (list) => list.length === 1 && list[0].spec.nodeName !== undefined,
      );
      await budget('pending', 'pending', { minAvailable: 1 });
      await budgeted('pending', { currentHealthy: 0, disruptionsAllowed: 0 });
      expect((await evict(pending.metadata.name)).status).toBe(201);
      const [free] = await started('free', 1);
      expect((await evict(free.metadata.name)).status).toBe(201);
    });

    rolls('are refused for what is not there or not meant, and only tried when they are dry', async () => {
      const [pod] = await started('meant', 1);
      const { name } = pod.metadata;
      expect((await evict(name, {}, '?dryRun=All')).status).toBe(201);
      expect((await evict('nobody')).status).toBe(404);
      expect((await evict(name, { metadata: { name: 'other' } })).status).toBe(400);
      const deleteOptions = { preconditions: { uid: 'of-another' } };
      expect((await evict(name, { deleteOptions })).status).toBe(409);
      expect((await context().client.get(`${pods()}/${name}/eviction`)).status).toBe(405);
      const { body } = await context().client.get(`${pods()}/${name}`);
      expect(body.metadata.deletionTimestamp).toBeUndefined();
      const core = await context().client.get('/api/v1');
      expect(core.body.resources.find((each: Body) => each.name === 'pods/eviction')).toMatchObject({
        group: 'policy',
        kind: 'Eviction',
        verbs: ['create'],
      });
    });
  });
}
