import type { KubeObject, ObjectRef, Verification } from '@keelson/domain';
import { jobName } from '@keelson/domain';
import { ClusterClient, startSimulator, type Simulator } from '@keelson/k8s';
import { jobClusterOver, type JobCluster } from './job-cluster';
import { takeMeasurement, type MeasurementDeps } from './take-measurement';

const identity = { run: 'shop-7', gate: 'canary/after/0', index: 3, cluster: 'eu-1' };
const ref: ObjectRef = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'default', name: jobName(identity) };
const GOOD = 'smoke:1';
const BAD = 'smoke:bad';

const verification = (image = GOOD, change: { timeout?: string; namespace?: string } = {}): Verification => ({
  type: 'Verification',
  provider: {
    job: {
      manifest: {
        apiVersion: 'batch/v1',
        kind: 'Job',
        ...(change.namespace === undefined ? {} : { metadata: { namespace: change.namespace } }),
        spec: {
          template: {
            spec: {
              restartPolicy: 'Never',
              containers: [{ name: 'smoke', image, args: ['{{version}}', '--of={{cluster}}'] }],
            },
          },
        },
      },
      ...(change.timeout === undefined ? {} : { timeout: change.timeout }),
    },
  },
});

/** Waits until `look` answers. */
const until = async <T>(what: string, look: () => T | undefined): Promise<T> => {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const seen = look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((next) => setTimeout(next, 2));
  }
};

describe('a verification by a Job', () => {
  let simulator: Simulator;
  let client: ClusterClient;
  let deps: MeasurementDeps & { readonly cluster: JobCluster };
  const live = (): KubeObject | undefined => simulator.cluster('eu-1').get(ref);

  beforeEach(async () => {
    simulator = await startSimulator({ clusters: ['eu-1'] });
    const cluster = simulator.cluster('eu-1');
    cluster.refuseImage(BAD);
    client = new ClusterClient({ server: `${simulator.url}/clusters/eu-1`, token: cluster.token });
    deps = {
      context: { run: identity.run, version: '1.4', cluster: 'eu-1', namespace: 'default' },
      gate: identity.gate,
      index: identity.index,
      cluster: jobClusterOver(client),
    };
  });
  afterEach(async () => {
    await client.close();
    await simulator.close();
  });

  const take = (
    given: Verification,
    more: Partial<MeasurementDeps> = {},
    signal = new AbortController().signal,
  ) => takeMeasurement(given, { ...deps, ...more }, signal);

  /** Ends the Job as its controller would. */
  const end = (type: 'Complete' | 'Failed', more: object = {}) =>
    client.request('PATCH', `/apis/batch/v1/namespaces/default/jobs/${ref.name}/status`, {
      contentType: 'application/merge-patch+json',
      body: { status: { failed: 1, conditions: [{ type, status: 'True', ...more }] } },
    });

  it('runs it to its end, and deletes it with its pods', async () => {
    const taken = take(verification());
    const job = await until('the Job is there', live);
    expect(job.metadata.labels).toEqual({ 'keelson.dev/verification': 'shop-7' });
    expect(job['spec']).toMatchObject({
      activeDeadlineSeconds: 600,
      template: {
        metadata: { labels: { 'keelson.dev/verification': 'shop-7' } },
        spec: { containers: [{ args: ['1.4', '--of=eu-1'] }] },
      },
    });
    expect(await taken).toEqual({
      outcome: 'Successful',
      value: { succeeded: 1, failed: 0 },
      message: expect.stringContaining('the job is complete'),
    });
    expect(live()).toBeUndefined();
    await until(
      'the pods are gone',
      () => simulator.cluster('eu-1').pods('default').length === 0 || undefined,
    );
  });

  it('that fails is Failed, and deleted', async () => {
    const taken = take(verification(BAD));
    await until('the Job is there', live);
    await end('Failed', { reason: 'BackoffLimitExceeded', message: 'it has reached the limit' });
    expect(await taken).toEqual({
      outcome: 'Failed',
      value: { succeeded: 0, failed: 1 },
      message: 'the job has failed: BackoffLimitExceeded: it has reached the limit',
    });
    expect(live()).toBeUndefined();
  });

  it('that does not end in time is an Error, and deleted', async () => {
    const { outcome, message } = await take(verification(BAD, { timeout: '300ms' }));
    expect([outcome, message]).toEqual(['Error', 'no answer within 0.3 s']);
    expect(live()).toBeUndefined();
  });

  it('that the cluster ended at the timeout is an Error as well', async () => {
    const taken = take(verification(BAD));
    await until('the Job is there', live);
    await end('Failed', { reason: 'DeadlineExceeded' });
    expect(await taken).toEqual({ outcome: 'Error', message: 'no answer within 600 s' });
  });

  it('is left by a worker that stops, and gone on with by the next', async () => {
    const stopping = new AbortController();
    const first = take(verification(BAD), {}, stopping.signal);
    const { uid } = (await until('the Job is there', live)).metadata;
    stopping.abort(new Error('the worker stops'));
    await expect(first).rejects.toThrow('the worker stops');
    expect(live()?.metadata.uid).toBe(uid);

    const second = take(verification(BAD));
    await end('Complete');
    expect((await second).outcome).toBe('Successful');
    expect(simulator.cluster('eu-1').requests.of('apply')).toBe(1);
  });

  it('is found by the next worker when it ended in between', async () => {
    const stopping = new AbortController();
    const first = take(verification(), {}, stopping.signal);
    await until('the Job is there', live);
    stopping.abort(new Error('the worker stops'));
    await expect(first).rejects.toThrow();
    await until(
      'the Job ends',
      () => (live()?.['status'] as { succeeded?: number } | undefined)?.succeeded || undefined,
    );
    expect((await take(verification())).outcome).toBe('Successful');
    expect(simulator.cluster('eu-1').requests.of('apply')).toBe(1);
  });

  it('two workers at once have one Job', async () => {
    const both = await Promise.all([take(verification()), take(verification())]);
    // The slower of the two may find the Job deleted by the other; it never starts a second one beside it.
    expect(both.map(({ outcome }) => outcome)).toContain('Successful');
    expect(live()).toBeUndefined();
  });

  it('that somebody deletes is an Error', async () => {
    const taken = take(verification(BAD));
    await until('the Job is there', live);
    simulator.cluster('eu-1').delete(ref);
    expect(await taken).toEqual({ outcome: 'Error', message: 'somebody else has deleted the Job' });
  });

  it('rides out a cluster that fails for a while', async () => {
    simulator.cluster('eu-1').failNext(3, 503);
    expect((await take(verification())).outcome).toBe('Successful');
  });

  it('says what the cluster said when it fails for too long', async () => {
    simulator.cluster('eu-1').failNext(1000, 503);
    const { outcome, message } = await take(verification(GOOD, { timeout: '300ms' }));
    expect([outcome, message]).toEqual(['Error', expect.stringMatching(/^no answer within 0.3 s; last: .+/)]);
  });

  it('in a namespace that does not exist is an Error at once', async () => {
    expect(await take(verification(GOOD, { namespace: 'nowhere' }))).toEqual({
      outcome: 'Error',
      message: expect.stringContaining('nowhere'),
    });
  });

  it('that a cluster refuses is an Error at once', async () => {
    simulator.cluster('eu-1').failNext(2, 403);
    expect((await take(verification())).outcome).toBe('Error');
    expect(simulator.cluster('eu-1').requests.of('apply')).toBe(0);
  });

  it('counts even when it cannot be deleted', async () => {
    const cluster: JobCluster = { ...deps.cluster, delete: () => Promise.reject(new Error('refused')) };
    expect((await take(verification(), { cluster })).outcome).toBe('Successful');
    expect(live()).toBeDefined();
  });

  it('waits for a leftover that is being deleted, then makes its own', async () => {
    const { metadata, ...rest } = leftover();
    simulator.cluster('eu-1').create({ ...rest, metadata: { ...metadata, finalizers: ['test/hold'] } });
    simulator.cluster('eu-1').delete(ref);
    const taken = take(verification());
    await until('it was looked at', () => simulator.cluster('eu-1').requests.of('get') > 0 || undefined);
    simulator.cluster('eu-1').edit(ref, (object) => (object.metadata['finalizers'] = []));
    expect((await taken).outcome).toBe('Successful');
    expect(simulator.cluster('eu-1').requests.of('apply')).toBe(1);
  });

  const leftover = (): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: ref.name, namespace: 'default' },
    spec: {
      suspend: true,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: BAD }] } },
    },
  });
});
