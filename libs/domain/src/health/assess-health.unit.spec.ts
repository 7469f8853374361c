import { parse } from 'yaml';
import type { KubeObject } from '../kubernetes/objects';
import { aggregate, type ObjectHealth } from './aggregate';
import { assessHealth } from './assess-health';
import type { Health } from './health';

type Row = [name: string, object: string, verdict: Health['status'], message: RegExp];
const check =
  (apiVersion: string, kind: string) =>
  (...[, text, verdict, message]: Row): void => {
    const { metadata, ...rest } = parse(text) as Partial<KubeObject>;
    const object = { apiVersion, kind, ...rest, metadata: { name: 'x', ...metadata } };
    expect(assessHealth(object)).toMatchObject({ status: verdict, message: expect.stringMatching(message) });
  };

describe('Pod', () => {
  const waiting = (reason: string, list = 'containerStatuses'): string =>
    `{phase: Pending, ${list}: [{name: app, state: {waiting: {reason: ${reason}, message: why}}}]}`;
  it.each<Row>([
    ['ready', 'status: {phase: Running, conditions: [{type: Ready, status: "True"}]}', 'Current', /ready/],
    ['completed', 'status: {phase: Succeeded}', 'Current', /completed/],
    [
      'failed',
      'status: {phase: Failed, reason: Evicted, message: low on memory}',
      'Failed',
      /Evicted: low on memory/,
    ],
    [
      'failed with a code',
      'status: {phase: Failed, containerStatuses: [{name: app, state: {terminated: {exitCode: 137, reason: OOMKilled}}}]}',
      'Failed',
      /app exited with 137 \(OOMKilled\)/,
    ],
    ['no status', '{}', 'InProgress', /starting/],
    ['creating', `status: ${waiting('ContainerCreating')}`, 'InProgress', /starting/],
    [
      'CrashLoopBackOff',
      'status: {phase: Running, conditions: [{type: Ready, status: "False"}], containerStatuses: [{name: ok, state: {running: {}}}, {name: app, state: {waiting: {reason: CrashLoopBackOff, message: back-off 10s}}}]}',
      'Failed',
      /container app: CrashLoopBackOff: back-off 10s/,
    ],
    ['ImagePullBackOff', `status: ${waiting('ImagePullBackOff')}`, 'Failed', /app: ImagePullBackOff: why/],
    ['ErrImagePull', `status: ${waiting('ErrImagePull')}`, 'Failed', /ErrImagePull/],
    [
      'a stuck init container',
      `status: ${waiting('CreateContainerConfigError', 'initContainerStatuses')}`,
      'Failed',
      /CreateContainerConfigError/,
    ],
    [
      'unschedulable',
      'status: {phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: 0/3 nodes}]}',
      'InProgress',
      /cannot be scheduled: Unschedulable: 0\/3 nodes/,
    ],
    [
      'not ready',
      'status: {phase: Running, conditions: [{type: Ready, status: "False", reason: ContainersNotReady}]}',
      'InProgress',
      /Ready is False: ContainersNotReady/,
    ],
    ['lost', 'status: {phase: Unknown}', 'Unknown', /node/],
    ['being deleted', 'metadata: {deletionTimestamp: "2024-05-01T00:00:00Z"}', 'Terminating', /deleted/],
  ])('%s', check('v1', 'Pod'));
});

describe('Job', () => {
  it.each<Row>([
    ['complete', 'status: {conditions: [{type: Complete, status: "True"}]}', 'Current', /complete/],
    [
      'failed',
      'status: {conditions: [{type: Failed, status: "True", reason: BackoffLimitExceeded}]}',
      'Failed',
      /BackoffLimitExceeded/,
    ],
    [
      'failing',
      'status: {conditions: [{type: FailureTarget, status: "True", reason: PodFailurePolicy}]}',
      'Failed',
      /PodFailurePolicy/,
    ],
    ['running', 'status: {active: 1, failed: 2}', 'InProgress', /active 1, succeeded 0, failed 2/],
    ['new', '{}', 'InProgress', /active 0/],
    ['suspended', '{spec: {suspend: true}, status: {}}', 'Current', /suspended/],
    [
      'resumed, condition left',
      '{spec: {suspend: false}, status: {active: 1, conditions: [{type: Suspended, status: "False"}]}}',
      'InProgress',
      /active 1/,
    ],
  ])('%s', check('batch/v1', 'Job'));
});

describe('other kinds', () => {
  it.each<Row>([
    ['ClusterIP', 'spec: {type: ClusterIP}', 'Current', /exists/],
    [
      'LoadBalancer without an address',
      '{spec: {type: LoadBalancer}, status: {loadBalancer: {}}}',
      'InProgress',
      /no address/,
    ],
    [
      'LoadBalancer',
      '{spec: {type: LoadBalancer}, status: {loadBalancer: {ingress: [{ip: 10.0.0.1}]}}}',
      'Current',
      /10\.0\.0\.1/,
    ],
  ])('Service: %s', check('v1', 'Service'));
  it.each<Row>([
    ['bound', 'status: {phase: Bound}', 'Current', /bound/],
    ['pending', 'status: {phase: Pending}', 'InProgress', /Pending/],
    ['new', '{}', 'InProgress', /Pending/],
    ['lost', 'status: {phase: Lost}', 'Failed', /lost/],
  ])('PersistentVolumeClaim: %s', check('v1', 'PersistentVolumeClaim'));
  it.each<Row>([
    [
      'in force, though not met',
      '{metadata: {generation: 1}, status: {observedGeneration: 1, currentHealthy: 1, desiredHealthy: 2}}',
      'Current',
      /force/,
    ],
    ['not observed', '{metadata: {generation: 1}}', 'InProgress', /observed/],
    [
      'cannot be computed',
      '{metadata: {generation: 1}, status: {observedGeneration: 1, conditions: [{type: DisruptionAllowed, status: "False", reason: SyncFailed, message: no scale}]}}',
      'InProgress',
      /SyncFailed: no scale/,
    ],
    [
      'of our making, which cannot be computed',
      '{metadata: {generation: 1, annotations: {keelson.dev/made-for: CloneSet/web}}, status: {conditions: [{type: DisruptionAllowed, status: "False", reason: SyncFailed}]}}',
      'Current',
      /exists/,
    ],
    [
      'no disruption allowed now',
      '{metadata: {generation: 1}, status: {observedGeneration: 1, conditions: [{type: DisruptionAllowed, status: "False", reason: InsufficientPods}]}}',
      'Current',
      /force/,
    ],
  ])('PodDisruptionBudget: %s', check('policy/v1', 'PodDisruptionBudget'));
  it.each<Row>([
    [
      'without metrics',
      'status: {conditions: [{type: AbleToScale, status: "True"}, {type: ScalingActive, status: "False", reason: FailedGetResourceMetric}]}',
      'Current',
      /FailedGetResourceMetric/,
    ],
    ['working', 'status: {conditions: [{type: ScalingActive, status: "True"}]}', 'Current', /exists$/],
  ])('HorizontalPodAutoscaler: %s', check('autoscaling/v2', 'HorizontalPodAutoscaler'));
  it.each<Row>([
    ['without an address', '{}', 'Current', /exists/],
    ['with one', 'status: {loadBalancer: {ingress: [{hostname: lb.example}]}}', 'Current', /lb\.example/],
  ])('Ingress: %s', check('networking.k8s.io/v1', 'Ingress'));
  it.each<Row>([
    [
      'established',
      'status: {conditions: [{type: NamesAccepted, status: "True"}, {type: Established, status: "True"}]}',
      'Current',
      /established/,
    ],
    [
      'installing',
      'status: {conditions: [{type: Established, status: "False", reason: Installing}]}',
      'InProgress',
      /Installing/,
    ],
    ['new', '{}', 'InProgress', /not established/],
    [
      'names taken',
      'status: {conditions: [{type: NamesAccepted, status: "False", reason: PluralConflict}]}',
      'Failed',
      /PluralConflict/,
    ],
  ])('CustomResourceDefinition: %s', check('apiextensions.k8s.io/v1', 'CustomResourceDefinition'));
  it.each<Row>([
    ['active', 'status: {phase: Active}', 'Current', /exists/],
    ['terminating', 'status: {phase: Terminating}', 'Terminating', /deleted/],
  ])('Namespace: %s', check('v1', 'Namespace'));
  it.each<Row>([['there', 'data: {k: v}', 'Current', /ConfigMap exists/]])(
    'ConfigMap: %s',
    check('v1', 'ConfigMap'),
  );
  it.each<Row>([['there', 'status: {active: [{}]}', 'Current', /CronJob exists/]])(
    'CronJob: %s',
    check('batch/v1', 'CronJob'),
  );
});

describe('any other kind', () => {
  const ready = (status: string, more = ''): string =>
    `{metadata: {generation: 3}, status: {observedGeneration: 3, conditions: [{type: Ready, status: "${status}", reason: Why${more}}]}}`;
  it.each<Row>([
    ['no status', '{}', 'Current', /exists/],
    [
      'behind',
      '{metadata: {generation: 3}, status: {observedGeneration: 2, conditions: [{type: Ready, status: "True"}]}}',
      'InProgress',
      /observed is 2/,
    ],
    ['Ready', ready('True'), 'Current', /Ready is True/],
    ['not Ready', ready('False'), 'InProgress', /Ready is False: Why/],
    ['Ready is Unknown', ready('Unknown'), 'InProgress', /Ready is Unknown/],
    [
      'Ready of an older generation',
      ready('True', ', observedGeneration: 2'),
      'InProgress',
      /generation 2, not 3/,
    ],
    [
      'only Available',
      'status: {conditions: [{type: Available, status: "False"}]}',
      'InProgress',
      /Available is False/,
    ],
    [
      'Stalled before Ready',
      'status: {conditions: [{type: Ready, status: "True"}, {type: Stalled, status: "True", message: no}]}',
      'Failed',
      /no/,
    ],
    [
      'Stalled at an older generation',
      '{metadata: {generation: 3}, status: {observedGeneration: 2, conditions: [{type: Stalled, status: "True"}]}}',
      'InProgress',
      /observed is 2/,
    ],
    [
      'Reconciling before Ready',
      'status: {conditions: [{type: Ready, status: "True"}, {type: Reconciling, status: "True", message: on it}]}',
      'InProgress',
      /on it/,
    ],
    ['not Stalled', 'status: {conditions: [{type: Stalled, status: "False"}]}', 'Current', /exists/],
    ['Failed', 'status: {conditions: [{type: Failed, status: "True", reason: Broken}]}', 'Failed', /Broken/],
    [
      'a status of another shape',
      'status: {conditions: {Ready: true}, observedGeneration: "x"}',
      'Current',
      /exists/,
    ],
  ])('%s', check('example.io/v1', 'Fleet'));
});

describe('aggregate', () => {
  const verdict = (name: string, health: Health): ObjectHealth => ({
    ref: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name },
    health,
  });
  const of = (status: Health['status'], message = 'm'): ObjectHealth => verdict(status, { status, message });

  it('is the worst, in this order, and names its object', () => {
    const order: Health['status'][] = ['Failed', 'Terminating', 'InProgress', 'Unknown', 'Current'];
    order.slice(0, -1).forEach((worst, index) => {
      const { status, message } = aggregate(
        order
          .slice(index)
          .reverse()
          .map((each) => of(each)),
      );
      expect([status, message]).toEqual([worst, `Deployment shop/${worst}: m`]);
    });
    expect(aggregate([of('Failed', 'a'), of('Failed', 'b'), of('Current')]).message).toBe(
      'Deployment shop/Failed: a (and 1 more)',
    );
  });

  it('is Current when all are, and when there is nothing', () => {
    expect(aggregate([of('Current'), of('Current')])).toMatchObject({
      status: 'Current',
      message: 'all 2 objects are current',
    });
    expect(aggregate([])).toEqual({
      status: 'Current',
      message: 'all 0 objects are current',
      workload: { desired: 0, updated: 0, ready: 0 },
    });
  });

  it('sums the counts of workloads', () => {
    const one = verdict('a', {
      status: 'Current',
      message: '',
      workload: { desired: 3, updated: 3, ready: 3 },
    });
    const other = verdict('b', {
      status: 'InProgress',
      message: '',
      workload: { desired: 5, updated: 1, ready: 4 },
    });
    expect(aggregate([one, of('Current'), other]).workload).toEqual({ desired: 8, updated: 4, ready: 7 });
  });
});
