import { RealKeelson } from './support/real-keelson';

jest.setTimeout(180_000);

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
  let real: RealKeelson;

  beforeAll(async () => {
    real = await RealKeelson.start('side');
    for (const name of APPLICATIONS) {
      await real.define(name, [deployment(name)], { labels: { logs: 'yes' } });
      await real.phase(await real.release(name, '1'), 'Succeeded');
    }
    await real.keelson.must('PUT', '/v1/sidecars/logs', {
      containers: [{ name: 'agent', image: 'agent:1' }],
      applicationSelector: { matchLabels: { logs: 'yes' } },
      placement: { clusterNames: [real.clusterName] },
    });
  });
  afterAll(async () => {
    await real?.stop();
  });

  const release = async (image: string, strategy: object): Promise<string> => {
    const body = { version: image.split(':')[1], images: { agent: image }, strategy };
    return (await real.keelson.must('POST', '/v1/sidecars/logs/releases', body)).run.id;
  };
  const lives = async (app: string): Promise<Life[]> =>
    (await real.pods(app))
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
      .sort((a, b) => (a.uid < b.uid ? -1 : 1));
  const images = async (app: string): Promise<string[]> =>
    (await lives(app)).map(({ agent }) => agent.image).sort();
  /** Names, uids and the application's own container, but for what the sidecar is about. */
  const untouched = (pods: readonly Life[]): unknown => pods.map(({ uid, main }) => ({ uid, main }));

  it('comes into both applications, and is upgraded and taken back in place, a batch at a time', async () => {
    await real.phase(await release('agent:1', { update: 'InPlaceIfPossible' }), 'Succeeded');
    const before = new Map<string, Life[]>();
    for (const app of APPLICATIONS) {
      expect(await images(app)).toEqual(Array(4).fill('agent:1'));
      before.set(app, await lives(app));
    }

    const run = await release('agent:2', {
      update: 'InPlaceOnly',
      batches: [{ size: '50%', pause: '1h' }, '100%'],
    });
    await real.reached(run);
    for (const app of APPLICATIONS) {
      expect(await images(app)).toEqual(['agent:1', 'agent:1', 'agent:2', 'agent:2']);
    }
    await real.promote(run);
    await real.phase(run, 'Succeeded');
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
    await real.phase(bad, 'RolledBack');
    for (const app of APPLICATIONS) {
      expect(await images(app)).toEqual(Array(4).fill('agent:2'));
      expect(untouched(await lives(app))).toEqual(untouched(before.get(app)!));
    }
  });
});
