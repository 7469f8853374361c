import type { KubeObject } from '../kubernetes/objects';
import { endedByTimeout, jobEvidence, jobName, jobObject, verificationLabelOf } from './job-object';

const identity = { run: 'shop-7', gate: 'canary/after/0', index: 2, cluster: 'eu-1' };
const manifest = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'mine', labels: { team: 'a' } },
  spec: { backoffLimit: 1, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'smoke' }] } } },
};

describe('the Job of a measurement', () => {
  it('is the manifest, named, labelled and bounded', () => {
    const label = { 'keelson.dev/verification': 'shop-7' };
    expect(jobObject(manifest, identity, { namespace: 'prod', timeoutMs: 90_500 })).toEqual({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: jobName(identity), namespace: 'prod', labels: { team: 'a', ...label } },
      spec: {
        backoffLimit: 1,
        activeDeadlineSeconds: 91,
        ttlSecondsAfterFinished: 3600,
        template: { metadata: { labels: label }, spec: manifest.spec.template.spec },
      },
    });
  });

  it('keeps a nearer deadline of its own', () => {
    const own = { ...manifest, spec: { ...manifest.spec, activeDeadlineSeconds: 5 } };
    const job = jobObject(own, identity, { namespace: 'prod', timeoutMs: 90_000 });
    expect(job['spec']).toMatchObject({ activeDeadlineSeconds: 5 });
  });

  it('has a name that is its own and always the same', () => {
    const others = [{ run: 'shop-8' }, { gate: 'canary/after/1' }, { index: 3 }, { cluster: 'eu-2' }];
    const names = [{}, ...others].map((change) => jobName({ ...identity, ...change }));
    expect(new Set(names).size).toBe(5);
    expect(jobName({ ...identity })).toBe('keelson-verification-e1aa2801ea1f4aaa65bf');
    expect(names.every((name) => /^[a-z0-9-]{1,63}$/.test(name))).toBe(true);
  });

  it('labels runs with long names, each its own', () => {
    const long = (last: string) => verificationLabelOf(`${'a'.repeat(63)}-${last}`);
    expect(long('1')).toHaveLength(63);
    expect(long('1')).not.toBe(long('2'));
  });
});

describe('what a Job shows', () => {
  const withStatus = (status: object): KubeObject => ({
    ...manifest,
    metadata: { name: 'x' },
    status,
  });
  const condition = (type: string, more: object = {}) => [{ type, status: 'True', ...more }];

  it.each<[string, object, object | undefined]>([
    ['nothing yet', {}, undefined],
    ['running', { active: 1, failed: 1 }, undefined],
    ['a condition that is not True', { conditions: [{ type: 'Complete', status: 'False' }] }, undefined],
    ['about to fail', { conditions: condition('FailureTarget') }, undefined],
    [
      'complete',
      { succeeded: 1, failed: 2, conditions: condition('Complete') },
      { complete: true, succeeded: 1, failed: 2 },
    ],
    [
      'failed',
      { failed: 3, conditions: condition('Failed', { reason: 'BackoffLimitExceeded' }) },
      { complete: false, failed: 3, message: 'the job has failed: BackoffLimitExceeded' },
    ],
  ])('%s', (_, status, evidence) => {
    const found = jobEvidence(withStatus(status));
    if (evidence) expect(found).toMatchObject(evidence);
    else expect(found).toBeUndefined();
  });

  it("tells the verification's timeout from a deadline of the manifest", () => {
    const job = withStatus({ conditions: condition('Failed', { reason: 'DeadlineExceeded' }) });
    const own = { spec: { activeDeadlineSeconds: 5 } };
    expect(endedByTimeout(job, manifest, 60_000)).toBe(true);
    expect(endedByTimeout(job, own, 60_000)).toBe(false);
    expect(endedByTimeout(withStatus({ conditions: condition('Failed') }), manifest, 60_000)).toBe(false);
  });
});
