import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { startTestServer, type TestServer } from '../support/database';
import { startKeelson, type Keelson } from '../support/keelson';
import { until } from '../support/until';
import { realLife } from './real-life';
import { MERGE_PATCH, STRATEGIC_PATCH } from './control-plane';
import { realClusters, type TestCluster } from './support/fleet';

jest.setTimeout(120_000);

const id = randomBytes(3).toString('hex');
const namespace = `shop-${id}`;
const app = `shop-${id}`;
const group = `k${id}.example.com`;

describe('an application of real-life shape on two real clusters', () => {
  let database: TestServer;
  let keelson: Keelson;
  let clusters: TestCluster[];
  const names = [`one-${id}`, `two-${id}`];
  let manifests = realLife(namespace, group).manifests;

  beforeAll(async () => {
    clusters = await realClusters(2);
    database = await startTestServer();
    keelson = await startKeelson(database);
  });
  afterAll(async () => {
    await keelson?.stop();
    await database?.stop();
    await Promise.all((clusters ?? []).map((cluster) => cluster.close()));
  });

  const live = async (cluster: TestCluster, path: string): Promise<any> => {
    const answer = await cluster.client.request('GET', path);
    return answer.status === 200 ? answer.body : undefined;
  };
  const deploymentPath = `/apis/apps/v1/namespaces/${namespace}/deployments/shop`;
  const imageIn = async (cluster: TestCluster): Promise<string> =>
    (await live(cluster, deploymentPath)).spec.template.spec.containers[0].image;
  const configMapPath = `/api/v1/namespaces/${namespace}/configmaps/settings`;

  const run = async (runId: string): Promise<any> => keelson.must('GET', `/v1/runs/${runId}`);
  const succeeds = (runId: string) =>
    until(
      `run ${runId} succeeds`,
      async () => {
        const seen = await run(runId);
        if (seen.phase === 'Paused') throw new Error(JSON.stringify(seen));
        return seen.phase === 'Succeeded';
      },
      60_000,
    );
  const release = async (version: string, body: object): Promise<string> =>
    (await keelson.must('POST', `/v1/applications/${app}/releases`, { version, ...body })).run.id;

  it('registers clusters by kubeconfig', async () => {
    for (const [index, name] of names.entries()) {
      await keelson.must('PUT', `/v1/clusters/${name}`, {
        labels: { tier: index === 0 ? 'canary' : 'prod' },
        connection: { kubeconfig: clusters[index]!.kubeconfig },
      });
      const cluster = await until(`${name} is connected`, async () => {
        const seen = await keelson.must('GET', `/v1/clusters/${name}`);
        return seen.phase === 'Connected' && seen.nodes.ready > 0 && seen;
      });
      expect(cluster.version).toMatch(/^v1\.\d+\.\d+/);
      expect(cluster.nodes.ready).toBe(cluster.nodes.total);
    }
  });

  it('brings every object to both, and knows when they are healthy', async () => {
    await keelson.must('PUT', `/v1/applications/${app}`, {
      namespace,
      manifests,
      placement: { clusterNames: names },
      strategy: {
        stages: [
          { name: 'canary', clusterSelector: { matchLabels: { tier: 'canary' } }, maxConcurrency: 1 },
          { name: 'rest', maxConcurrency: '100%' },
        ],
        progressDeadline: '60s',
      },
    });
    await succeeds(await release('1', {}));
    for (const cluster of clusters) {
      expect(await live(cluster, deploymentPath)).toMatchObject({
        status: { readyReplicas: 4, updatedReplicas: 4 },
      });
      expect(await live(cluster, `/apis/${group}/v1/namespaces/${namespace}/coupons/welcome`)).toMatchObject({
        spec: { percent: 10 },
      });
      expect(await live(cluster, `/api/v1/namespaces/${namespace}/services/shop`)).toMatchObject({
        spec: { ports: [{ port: 80 }] },
      });
      const budgets = await Promise.all(
        ['v1', 'v1beta1'].map((version) =>
          live(cluster, `/apis/policy/${version}/namespaces/${namespace}/poddisruptionbudgets/shop`),
        ),
      );
      expect(budgets.filter(Boolean).length).toBeGreaterThan(0);
    }
    const targets = await keelson.must('GET', `/v1/applications/${app}/targets`);
    expect(targets.items.map(({ phase }: any) => phase)).toEqual(['Available', 'Available']);
  });

  it('sees a rolling update of a new image to its end', async () => {
    const runId = await release('2', { images: { main: 'registry.example/shop:2' } });
    await succeeds(runId);
    for (const cluster of clusters) {
      const deployment = await live(cluster, deploymentPath);
      expect(deployment.spec.template.spec.containers[0].image).toBe('registry.example/shop:2');
      expect(deployment.status).toMatchObject({ updatedReplicas: 4, readyReplicas: 4, replicas: 4 });
    }
    const { items } = await keelson.must('GET', `/v1/runs/${runId}/events`);
    const starts = items
      .filter(({ type }: any) => type === 'ClusterStarted')
      .map(({ data }: any) => data.cluster);
    expect(starts).toEqual(names);
  });

  it('brings release after release to both clusters, each as soon as it is asked for', async () => {
    await keelson.must('PUT', `/v1/applications/${app}`, {
      namespace,
      manifests,
      placement: { clusterNames: names },
    });
    const took: number[] = [];
    for (let round = 0; round < 11; round += 1) {
      const image = `registry.example/shop:fast-${round}`;
      const start = performance.now();
      const runId = await release(`fast-${round}`, { images: { main: image } });
      await Promise.all(
        clusters.map((cluster) =>
          until('the image is there', async () => (await imageIn(cluster)) === image),
        ),
      );
      took.push(performance.now() - start);
      await succeeds(runId);
    }
    const bare: number[] = [];
    for (let round = 0; round < 11; round += 1) {
      const image = `registry.example/shop:bare-${round}`;
      const start = performance.now();
      await Promise.all(
        clusters.map((cluster) =>
          cluster.client.must('PATCH', deploymentPath, imagePatch(image), STRATEGIC_PATCH),
        ),
      );
      bare.push(performance.now() - start);
    }
    report('POST of a release of 9 objects to its image in two clusters', took);
    report('  a bare PATCH of that one image in both', bare);
  });

  it('puts every foreign edit right and says whose it was', async () => {
    // Five in each cluster: a field that drifts more often flaps, and is put right more slowly on purpose.
    for (let round = 0; round < 10; round += 1) {
      const cluster = clusters[round % 2]!;
      await cluster.client.must(
        'PATCH',
        configMapPath,
        { data: { greeting: `by hand ${round}` } },
        MERGE_PATCH,
      );
      await until(
        'it is put right',
        async () => (await live(cluster, configMapPath)).data.greeting === 'hello',
      );
    }
    const drift = await until('the drift is in the audit trail', async () => {
      const { items } = await keelson.must(
        'GET',
        `/v1/audit?application=${app}&type=DriftDetected&limit=500`,
      );
      return items.find(({ data }: any) => data.changes[0].path === '/data/greeting');
    });
    expect(drift.data.changes[0]).toMatchObject({ from: 'hello', to: expect.stringContaining('by hand') });
    expect(drift.data.changes[0].manager).toBeTruthy();
  });

  it('prunes an object that left the manifests, and only that', async () => {
    manifests = manifests.filter(({ kind }) => kind !== 'Coupon');
    await succeeds(await release('3', { manifests, images: { main: 'registry.example/shop:2' } }));
    for (const cluster of clusters) {
      await until(
        'the coupon is gone',
        async () =>
          (await live(cluster, `/apis/${group}/v1/namespaces/${namespace}/coupons/welcome`)) === undefined,
      );
      expect(await live(cluster, configMapPath)).toBeDefined();
    }
    await until('nothing is owed', async () => {
      const { items } = await keelson.must('GET', `/v1/applications/${app}/targets`);
      return items.every(
        ({ owedDeletes }: any) => (Array.isArray(owedDeletes) ? owedDeletes.length : owedDeletes) === 0,
      );
    });
  });

  it('removes everything when the application is deleted', async () => {
    await keelson.must('DELETE', `/v1/applications/${app}`);
    for (const cluster of clusters) {
      await until(
        'the workload is gone',
        async () => (await live(cluster, deploymentPath)) === undefined,
        60_000,
      );
      await until(
        'the definition is gone',
        async () =>
          (await live(
            cluster,
            `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/coupons.${group}`,
          )) === undefined,
        60_000,
      );
    }
    await until(
      'no target is left',
      async () => (await keelson.http('GET', `/v1/applications/${app}`)).status === 404,
      60_000,
    );
    const verdict = await keelson.must('GET', '/v1/audit/verify');
    expect(verdict.ok).toBe(true);
  });
});

const imagePatch = (image: string) => ({
  spec: { template: { spec: { containers: [{ name: 'main', image }] } } },
});

const percentile = (values: readonly number[], percent: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)]!;
};

const report = (what: string, took: readonly number[]): void => {
  const [p50, p99] = [percentile(took, 50), percentile(took, 99)].map(Math.round);
  process.stdout.write(`${what}: p50 ${p50} ms, p99 ${p99} ms (${took.length} times)\n`);
};
