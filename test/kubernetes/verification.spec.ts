import { until } from '../support/until';
import { RealKeelson } from './support/real-keelson';

jest.setTimeout(300_000);

const WAIT = 150_000;

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
  let real: RealKeelson;
  const watching = new AbortController();
  const jobs = new Map<string, any>();
  let watch: Promise<void>;

  beforeAll(async () => {
    real = await RealKeelson.start('verify', { phaseMs: WAIT });
    watch = follow();
    await real.define('web', [deployment('web:1')]);
    await real.phase(await release('1', []), 'Succeeded');
  });
  afterAll(async () => {
    watching.abort();
    await watch;
    await real?.stop();
  });

  /** Every Job that there ever was, as it was last seen: they are deleted when they have told. */
  const follow = async (): Promise<void> => {
    try {
      const path = `/apis/batch/v1/namespaces/${real.namespace}/jobs?watch=true`;
      for await (const { object } of real.cluster.client.watch(path, watching.signal)) {
        jobs.set(object.metadata.name, object);
      }
    } catch (error) {
      if (!watching.signal.aborted) throw error;
    }
  };
  const release = (version: string, after: object[], image = `web:${version}`): Promise<string> =>
    real.release('web', version, {
      manifests: [deployment(image)],
      strategy: { stages: [{ name: 'all', after }], onFailure: 'Rollback', progressDeadline: '60s' },
    });
  const gateOf = async (run: string): Promise<any> => (await real.run(run)).stages[0].gates[0];
  const jobOf = (version: string): any =>
    [...jobs.values()].find(({ metadata }) => metadata.labels?.smokes === `web-${version}`);
  const noJobIsLeft = (): Promise<unknown> => {
    const path = `/apis/batch/v1/namespaces/${real.namespace}/jobs`;
    const look = async () => (await real.cluster.client.must('GET', path)).items.length === 0;
    return until('the Job is gone', look, WAIT);
  };

  it('lets the stage through when it completes', async () => {
    const run = await release('2', [verification('smoke:1')]);
    await real.phase(run, 'Succeeded');
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
    await real.phase(run, 'RolledBack');
    const gate = await gateOf(run);
    expect(gate).toMatchObject({ phase: 'Failed', measurements: [{ outcome: 'Failed' }] });
    expect(gate.message).toContain('DeadlineExceeded');
    expect(jobOf('3').status.conditions).toEqual(
      expect.arrayContaining([expect.objectContaining({ type: 'Failed', status: 'True' })]),
    );
    await real.runs('web', { 'web:2': 2 });
    await noJobIsLeft();
  });
});
