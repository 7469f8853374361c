import { randomBytes } from 'node:crypto';
import { startTestServer, type TestServer } from '../support/database';
import { startKeelson, type Keelson } from '../support/keelson';
import { until } from '../support/until';
import { freshNamespace, realClusters, type TestCluster } from './support/fleet';

jest.setTimeout(300_000);

const WAIT = 150_000;
const id = randomBytes(3).toString('hex');
const cluster = `verify-${id}`;

const deployment = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } },
  },
});

/** A smoke test as a Job; without its image it never starts, and its own deadline makes it fail. */
const verification = (image: string) => ({
  type: 'Verification',
  name: 'smoke',
  interval: '1s',
  provider: {
    job: {
      manifest: {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'smoke', labels: { smokes: '{{application}}-{{version}}' } },
        spec: {
          backoffLimit: 0,
          activeDeadlineSeconds: 4,
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'smoke', image }] } },
        },
      },
    },
  },
});

describe('a Job that verifies a stage on a real cluster', () => {
  let database: TestServer;
  let keelson: Keelson;
  let real: TestCluster;
  let namespace: string;
  const watching = new AbortController();
  const jobs = new Map<string, any>();
  let watch: Promise<void>;

  beforeAll(async () => {
    [real] = (await realClusters(1)) as [TestCluster];
    namespace = await freshNamespace(real, 'verify');
    watch = follow();
    database = await startTestServer();
    keelson = await startKeelson(database);
    const connection = { kubeconfig: real.kubeconfig };
    await keelson.must('PUT', `/v1/clusters/${cluster}`, { labels: {}, connection });
    await keelson.must('PUT', '/v1/applications/web', {
      namespace,
      manifests: [deployment('web:1')],
      placement: { clusterNames: [cluster] },
    });
    await phase(await release('1', []), 'Succeeded');
  });
  afterAll(async () => {
    watching.abort();
    await watch;
    await keelson?.stop();
    await database?.stop();
    if (namespace) await real.client.request('DELETE', `/api/v1/namespaces/${namespace}`);
    await real?.close();
  });

  /** Every Job that there ever was, as it was last seen: they are deleted when they have told. */
  const follow = async (): Promise<void> => {
    try {
      const path = `/apis/batch/v1/namespaces/${namespace}/jobs?watch=true`;
      for await (const { object } of real.client.watch(path, watching.signal)) {
        jobs.set(object.metadata.name, object);
      }
    } catch (error) {
      if (!watching.signal.aborted) throw error;
    }
  };
  const release = async (version: string, after: object[], image = `web:${version}`): Promise<string> =>
    (
      await keelson.must('POST', '/v1/applications/web/releases', {
        version,
        manifests: [deployment(image)],
        strategy: { stages: [{ name: 'all', after }], onFailure: 'Rollback', progressDeadline: '60s' },
      })
    ).run.id;
  const phase = (run: string, wanted: string): Promise<unknown> =>
    until(
      `${run} is ${wanted}`,
      async () => {
        const seen = await keelson.must('GET', `/v1/runs/${run}`);
        if (seen.phase === 'Paused') throw new Error(JSON.stringify(seen));
        return seen.phase === wanted;
      },
      WAIT,
    );
  const gateOf = async (run: string): Promise<any> =>
    (await keelson.must('GET', `/v1/runs/${run}`)).stages[0].gates[0];
  const jobOf = (version: string): any =>
    [...jobs.values()].find(({ metadata }) => metadata.labels?.smokes === `web-${version}`);
  const images = async (): Promise<string[]> => {
    const { items } = await real.client.must(
      'GET',
      `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3Dweb`,
    );
    return items
      .filter(({ metadata }: any) => !metadata.deletionTimestamp)
      .map(({ spec }: any) => spec.containers[0].image);
  };
  const noJobIsLeft = (): Promise<unknown> =>
    until(
      'the Job is gone',
      async () =>
        (await real.client.must('GET', `/apis/batch/v1/namespaces/${namespace}/jobs`)).items.length === 0,
      WAIT,
    );

  it('lets the stage through when it completes', async () => {
    const run = await release('2', [verification('smoke:1')]);
    await phase(run, 'Succeeded');
    expect(await gateOf(run)).toMatchObject({
      phase: 'Passed',
      measurements: [{ outcome: 'Successful' }],
    });
    const job = jobOf('2');
    expect(job.spec.template.spec.containers[0].image).toBe('smoke:1');
    expect(job.status.succeeded).toBe(1);
    await noJobIsLeft();
  });

  it('takes the release back when it fails', async () => {
    const run = await release('3', [verification('smoke:missing')]);
    await phase(run, 'RolledBack');
    const gate = await gateOf(run);
    expect(gate).toMatchObject({ phase: 'Failed', measurements: [{ outcome: 'Failed' }] });
    expect(gate.message).toContain('DeadlineExceeded');
    expect(jobOf('3').status.conditions).toEqual(
      expect.arrayContaining([expect.objectContaining({ type: 'Failed', status: 'True' })]),
    );
    await until('the old pods are back', async () => (await images()).join() === 'web:2,web:2', WAIT);
    await noJobIsLeft();
  });
});
