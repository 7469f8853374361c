import { randomBytes } from 'node:crypto';
import { startTestServer, type TestServer } from '../support/database';
import { startKeelson, type Keelson } from '../support/keelson';
import { until } from '../support/until';
import { freshNamespace, realClusters, type TestCluster } from './support/fleet';

jest.setTimeout(180_000);

const WAIT = 90_000;
const id = randomBytes(3).toString('hex');
const cluster = `side-${id}`;
const sidecar = `logs-${id}`;
const APPLICATIONS = ['shop', 'desk'] as const;

const deployment = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: `${name}:1` }] },
    },
  },
});

interface Life {
  readonly uid: string;
  readonly main: { readonly containerID: string; readonly restartCount: number };
  readonly agent: { readonly image: string; readonly restartCount: number };
}

describe('a sidecar of another team, released through Keelson on a real cluster', () => {
  let database: TestServer;
  let keelson: Keelson;
  let real: TestCluster;
  let namespace: string;

  beforeAll(async () => {
    [real] = (await realClusters(1)) as [TestCluster];
    namespace = await freshNamespace(real, 'side');
    database = await startTestServer();
    keelson = await startKeelson(database);
    const connection = { kubeconfig: real.kubeconfig };
    await keelson.must('PUT', `/v1/clusters/${cluster}`, { labels: {}, connection });
    for (const name of APPLICATIONS) {
      await keelson.must('PUT', `/v1/applications/${name}`, {
        namespace,
        labels: { logs: 'yes' },
        manifests: [deployment(name)],
        placement: { clusterNames: [cluster] },
      });
      const { run } = await keelson.must('POST', `/v1/applications/${name}/releases`, { version: '1' });
      await phase(run.id, 'Succeeded');
    }
    await keelson.must('PUT', `/v1/sidecars/${sidecar}`, {
      containers: [{ name: 'agent', image: 'agent:1' }],
      applicationSelector: { matchLabels: { logs: 'yes' } },
      placement: { clusterNames: [cluster] },
    });
  });
  afterAll(async () => {
    await keelson?.stop();
    await database?.stop();
    if (namespace) await real.client.request('DELETE', `/api/v1/namespaces/${namespace}`);
    await real?.close();
  });

  const phase = (run: string, wanted: string): Promise<unknown> =>
    until(
      `${run} is ${wanted}`,
      async () => {
        const seen = await keelson.must('GET', `/v1/runs/${run}`);
        if (seen.phase === 'Paused' && wanted !== 'Paused') throw new Error(JSON.stringify(seen));
        return seen.phase === wanted;
      },
      WAIT,
    );
  const reached = (run: string): Promise<unknown> =>
    until(
      `${run} reaches its first batch`,
      async () => {
        const { items } = await keelson.must('GET', `/v1/runs/${run}/events`);
        return items.some(({ type }: any) => type === 'BatchReached');
      },
      WAIT,
    );
  const release = async (image: string, strategy: object): Promise<string> => {
    const body = { version: image.split(':')[1], images: { agent: image }, strategy };
    return (await keelson.must('POST', `/v1/sidecars/${sidecar}/releases`, body)).run.id;
  };
  const lives = async (app: string): Promise<Life[]> => {
    const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`;
    const { items } = await real.client.must('GET', path);
    return items
      .filter(({ metadata }: any) => !metadata.deletionTimestamp)
      .map(({ metadata, spec, status }: any): Life => {
        const of = (name: string) => status.containerStatuses?.find((each: any) => each.name === name) ?? {};
        const { containerID, restartCount } = of('main');
        const image = spec.containers.find(({ name }: any) => name === 'agent')?.image;
        return {
          uid: metadata.uid,
          main: { containerID, restartCount },
          agent: { image, restartCount: of('agent').restartCount },
        };
      })
      .sort((a: Life, b: Life) => (a.uid < b.uid ? -1 : 1));
  };
  const images = async (app: string): Promise<string[]> =>
    (await lives(app)).map(({ agent }) => agent.image).sort();
  /** Names, uids and the application's own container, but for what the sidecar is about. */
  const untouched = (pods: readonly Life[]): unknown => pods.map(({ uid, main }) => ({ uid, main }));

  it('comes into both applications, and is upgraded and taken back in place, a batch at a time', async () => {
    await phase(await release('agent:1', { update: 'InPlaceIfPossible' }), 'Succeeded');
    const before = new Map<string, Life[]>();
    for (const app of APPLICATIONS) {
      expect(await images(app)).toEqual(Array(4).fill('agent:1'));
      before.set(app, await lives(app));
    }

    const run = await release('agent:2', {
      update: 'InPlaceOnly',
      batches: [{ size: '50%', pause: '1h' }, '100%'],
    });
    await reached(run);
    for (const app of APPLICATIONS) {
      expect(await images(app)).toEqual(['agent:1', 'agent:1', 'agent:2', 'agent:2']);
    }
    await keelson.must('POST', `/v1/runs/${run}/actions`, { action: 'promote' });
    await phase(run, 'Succeeded');
    for (const app of APPLICATIONS) {
      const after = await lives(app);
      expect(untouched(after)).toEqual(untouched(before.get(app)!));
      expect(after.map(({ agent }) => agent)).toEqual(Array(4).fill({ image: 'agent:2', restartCount: 1 }));
    }

    const bad = await release('agent:missing', {
      update: 'InPlaceOnly',
      batches: ['25%', '100%'],
      progressDeadline: '4s',
      onFailure: 'Rollback',
    });
    await phase(bad, 'RolledBack');
    for (const app of APPLICATIONS) {
      expect(await images(app)).toEqual(Array(4).fill('agent:2'));
      expect(untouched(await lives(app))).toEqual(untouched(before.get(app)!));
    }
  });
});
