import { until } from '../support/until';
import { MERGE_PATCH, STRATEGIC_PATCH } from './control-plane';
import { RealKeelson } from './support/real-keelson';

jest.setTimeout(180_000);

const tenths = Array.from({ length: 10 }, (_, index) => `${(index + 1) * 10}%`);

/** Pods are Ready when the test says so: no replacement is in time by chance. */
const GATE = 'example.com/serving';

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 20,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [{ name: 'main', image: 'registry.example/shop:1' }],
        readinessGates: [{ conditionType: GATE }],
      },
    },
  },
};
const own = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'own' },
  spec: { maxUnavailable: 3, selector: { matchLabels: { app: 'web' } } },
};

describe('budgets on a real cluster, in whatever version it has', () => {
  let real: RealKeelson;
  let version: string;

  const get = async (path: string): Promise<any> => (await real.cluster.client.request('GET', path)).body;
  const collection = (): string => `/apis/${version}/namespaces/${real.namespace}/poddisruptionbudgets`;
  const budgets = async (): Promise<any[]> => (await get(collection())).items;
  const podsPath = (): string => `/api/v1/namespaces/${real.namespace}/pods`;
  const is = ({ status }: any, condition: string): boolean =>
    status.conditions?.some((one: any) => one.type === condition && one.status === 'True') === true;
  const running = async (): Promise<any[]> =>
    (await real.pods('web')).filter(({ status }) => status.phase === 'Running');
  const ready = async (): Promise<any[]> => (await running()).filter((pod) => is(pod, 'Ready'));
  /** Lets every pod that runs into service. */
  const serve = async (): Promise<void> => {
    const waiting = (await running()).filter((pod) => !is(pod, GATE));
    const status = { conditions: [{ type: GATE, status: 'True' }] };
    await Promise.all(
      waiting.map(({ metadata: { name } }) =>
        real.cluster.client.request('PATCH', `${podsPath()}/${name}/status`, { status }, STRATEGIC_PATCH),
      ),
    );
  };
  const evict = async (name: string): Promise<number> => {
    const path = `${podsPath()}/${name}/eviction`;
    const eviction = { apiVersion: version, kind: 'Eviction', metadata: { name, namespace: real.namespace } };
    return (await real.cluster.client.request('POST', path, eviction)).status;
  };
  const release = async (name: string, manifests: unknown[]): Promise<void> => {
    const run = await real.release('budget', name, { manifests, strategy: { progressDeadline: '90s' } });
    await until(
      `${name} has succeeded`,
      async () => {
        await serve();
        return (await real.run(run)).phase === 'Succeeded';
      },
      90_000,
    );
  };

  beforeAll(async () => {
    real = await RealKeelson.start('budget');
    version = (await get('/apis/policy/v1')).kind === 'APIResourceList' ? 'policy/v1' : 'policy/v1beta1';
    await real.define('budget', [deployment], { strategy: { batches: tenths } });
    await release('1', [deployment]);
  });
  afterAll(async () => {
    await real?.stop();
  });

  it('are made from the batches, without the fields that the API server does not know', async () => {
    const [budget, ...others] = await budgets();
    expect(others).toEqual([]);
    expect(budget.spec).toMatchObject({
      maxUnavailable: '10%',
      selector: { matchLabels: { app: 'web' } },
    });
    if (version === 'policy/v1beta1') expect(budget.spec).not.toHaveProperty('unhealthyPodEvictionPolicy');
    const target = await until(
      'the target is available',
      async () => {
        const { items } = await real.keelson.must('GET', '/v1/applications/budget/targets');
        return items[0].phase === 'Available' && items[0];
      },
      30_000,
    );
    expect(target).toMatchObject({ drift: [], owedDeletes: 0 });
  });

  it('let two of twenty pods go and no third', async () => {
    await until('two may go', async () => (await budgets())[0].status.disruptionsAllowed === 2, 60_000);
    const [first, second, third] = (await ready()).map(({ metadata }) => metadata.name as string);
    expect([await evict(first!), await evict(second!), await evict(third!)]).toEqual([201, 201, 429]);
    const allServe = async (): Promise<boolean> => {
      await serve();
      return (await ready()).length === 20;
    };
    await until('replacements are ready', allServe, 60_000);
    await until('the third may go', async () => (await evict(third!)) === 201, 60_000);
    await until('all are back', allServe, 60_000);
  });

  it('are put right after a foreign edit, and no drift is left of it', async () => {
    const [{ metadata }] = await budgets();
    await real.cluster.client.must(
      'PATCH',
      `${collection()}/${metadata.name}`,
      { spec: { maxUnavailable: 0 } },
      MERGE_PATCH,
    );
    await until('it is put right', async () => (await budgets())[0].spec.maxUnavailable === '10%');
    await until('nothing has drifted', async () => {
      const { items } = await real.keelson.must('GET', '/v1/applications/budget/targets');
      return items[0].drift.length === 0;
    });
  });

  it('go when the manifests bring one, and every pod can still be evicted', async () => {
    await release('2', [deployment, own]);
    await until('ours is gone', async () => {
      const names = (await budgets()).map(({ metadata }) => metadata.name as string);
      return names.length === 1 && names[0] === 'own';
    });
    await until('three may go', async () => (await budgets())[0].status.disruptionsAllowed === 3, 60_000);
    const [pod] = await ready();
    expect(await evict(pod.metadata.name)).toBe(201);
  });
});
