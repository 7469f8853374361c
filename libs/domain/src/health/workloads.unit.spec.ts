import { parse } from 'yaml';
import type { KubeObject } from '../kubernetes/objects';
import { assessHealth } from './assess-health';
import type { Health } from './health';

/** A live object: status at generation 2 unless the row says otherwise. */
const live = (apiVersion: string, kind: string, spec: string, status: string): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x', namespace: 'shop', generation: 2 },
  spec: parse(spec),
  status: parse(status),
});
type Row = [
  name: string,
  spec: string,
  status: string,
  verdict: Health['status'],
  message: RegExp,
  counts?: [number, number, number],
];

const check =
  (apiVersion: string, kind: string) =>
  (...[, spec, status, verdict, message, counts]: Row): void => {
    const health = assessHealth(live(apiVersion, kind, spec, status));
    expect(health).toMatchObject({ status: verdict, message: expect.stringMatching(message) });
    if (counts) {
      const [desired, updated, ready] = counts;
      expect(health.workload).toEqual({ desired, updated, ready });
    }
  };

describe('Deployment', () => {
  const all =
    'observedGeneration: 2, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3';
  const progressing = (reason: string): string =>
    `conditions: [{type: Progressing, status: "True", reason: ${reason}}]`;
  it.each<Row>([
    [
      'done',
      '{replicas: 3}',
      `{${all}, ${progressing('NewReplicaSetAvailable')}}`,
      'Current',
      /all 3 replicas/,
      [3, 3, 3],
    ],
    ['without status', '{replicas: 3}', '{}', 'InProgress', /generation 2 has not been observed/, [3, 0, 0]],
    [
      'behind its spec: nothing is updated',
      '{replicas: 3}',
      `{${all.replace('2', '1')}}`,
      'InProgress',
      /generation is 2, observed is 1/,
      [3, 0, 3],
    ],
    ['too few', '{replicas: 4}', `{${all}}`, 'InProgress', /^3 of 4 replicas exist/, [4, 3, 3]],
    [
      'not updated',
      '{replicas: 3}',
      '{observedGeneration: 2, replicas: 4, updatedReplicas: 1, readyReplicas: 3, availableReplicas: 3}',
      'InProgress',
      /^1 of 3 replicas are updated/,
      [3, 1, 3],
    ],
    [
      'old ones left',
      '{replicas: 3}',
      '{observedGeneration: 2, replicas: 4, updatedReplicas: 3, readyReplicas: 4, availableReplicas: 4}',
      'InProgress',
      /^1 replicas are pending termination/,
    ],
    [
      'not ready',
      '{replicas: 3}',
      '{observedGeneration: 2, replicas: 3, updatedReplicas: 3, readyReplicas: 2}',
      'InProgress',
      /^2 of 3 replicas are ready/,
      [3, 3, 2],
    ],
    [
      'ready, not available',
      '{replicas: 3, minReadySeconds: 60}',
      '{observedGeneration: 2, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 1}',
      'InProgress',
      /^1 of 3 replicas are available/,
    ],
    [
      'one replica by default',
      '{}',
      '{observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1}',
      'Current',
      /all 1 /,
      [1, 1, 1],
    ],
    ['none wanted', '{replicas: 0}', '{observedGeneration: 2}', 'Current', /all 0 /, [0, 0, 0]],
    [
      'deadline exceeded',
      '{replicas: 3}',
      `{observedGeneration: 2, replicas: 4, updatedReplicas: 1, readyReplicas: 3, availableReplicas: 3, conditions: [{type: Progressing, status: "False", reason: ProgressDeadlineExceeded, message: "ReplicaSet \\"x-1\\" has timed out"}]}`,
      'Failed',
      /deadline is exceeded: ReplicaSet "x-1"/,
      [3, 1, 3],
    ],
    [
      'deadline of the former spec',
      '{replicas: 3}',
      `{observedGeneration: 1, ${progressing('ProgressDeadlineExceeded')}}`,
      'InProgress',
      /observed is 1/,
    ],
    [
      'paused',
      '{replicas: 3, paused: true}',
      '{observedGeneration: 2, replicas: 3, readyReplicas: 3, availableReplicas: 3}',
      'InProgress',
      /0 of 3 replicas are updated; it is paused/,
    ],
    [
      'no pods can be made',
      '{replicas: 3}',
      '{observedGeneration: 2, conditions: [{type: ReplicaFailure, status: "True", reason: FailedCreate, message: exceeded quota}]}',
      'InProgress',
      /0 of 3 replicas exist; FailedCreate: exceeded quota/,
    ],
    [
      'Available is False, and no matter',
      '{replicas: 3}',
      `{${all}, conditions: [{type: Available, status: "False"}]}`,
      'Current',
      /all 3/,
    ],
    [
      'Stalled',
      '{replicas: 3}',
      `{${all}, conditions: [{type: Stalled, status: "True", reason: Stuck}]}`,
      'Failed',
      /Stuck/,
      [3, 3, 3],
    ],
  ])('%s', check('apps/v1', 'Deployment'));

  it('being deleted, with its pods', () => {
    const object = live('apps/v1', 'Deployment', '{replicas: 3}', `{${all}}`);
    object.metadata.deletionTimestamp = '2024-05-01T00:00:00Z';
    expect(assessHealth(object)).toEqual({
      status: 'Terminating',
      message: 'is being deleted since 2024-05-01T00:00:00Z',
      workload: { desired: 3, updated: 3, ready: 3 },
    });
  });

  it('of another group is no Deployment', () => {
    expect(assessHealth(live('example.io/v1', 'Deployment', '{replicas: 3}', '{}')).status).toBe('Current');
  });
});

describe('StatefulSet', () => {
  const all = 'observedGeneration: 2, replicas: 3, readyReplicas: 3, updatedReplicas: 3, currentReplicas: 3';
  const partition = (count: number): string =>
    `{replicas: 3, updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: ${count}}}}`;
  it.each<Row>([
    [
      'done',
      partition(0),
      `{${all}, currentRevision: x-2, updateRevision: x-2}`,
      'Current',
      /all 3/,
      [3, 3, 3],
    ],
    [
      'revisions differ',
      partition(0),
      `{${all}, currentRevision: x-1, updateRevision: x-2}`,
      'InProgress',
      /revision x-2 is not yet/,
    ],
    [
      'not updated',
      partition(0),
      '{observedGeneration: 2, replicas: 3, readyReplicas: 3, updatedReplicas: 1}',
      'InProgress',
      /1 of 3 replicas are updated/,
      [3, 1, 3],
    ],
    [
      'partition reached',
      partition(2),
      '{observedGeneration: 2, replicas: 3, readyReplicas: 3, updatedReplicas: 1, currentRevision: x-1, updateRevision: x-2}',
      'Current',
      /1 replicas are updated, as the partition/,
    ],
    [
      'partition not reached',
      partition(1),
      '{observedGeneration: 2, replicas: 3, readyReplicas: 3, updatedReplicas: 1}',
      'InProgress',
      /1 of 2 replicas are updated/,
    ],
    [
      'partition beyond the replicas',
      partition(9),
      '{observedGeneration: 2, replicas: 3, readyReplicas: 3}',
      'Current',
      /0 replicas are updated/,
    ],
    [
      'not ready',
      partition(0),
      '{observedGeneration: 2, replicas: 3, readyReplicas: 2, updatedReplicas: 3}',
      'InProgress',
      /2 of 3 replicas are ready/,
    ],
    [
      'not available',
      partition(0),
      `{${all}, availableReplicas: 1}`,
      'InProgress',
      /1 of 3 replicas are available/,
    ],
    ['scaling in', '{replicas: 2}', `{${all}}`, 'InProgress', /1 replicas are pending termination/],
    [
      'OnDelete, ready',
      '{replicas: 3, updateStrategy: {type: OnDelete}}',
      '{observedGeneration: 2, replicas: 3, readyReplicas: 3, currentRevision: x-1, updateRevision: x-2}',
      'Current',
      /updated when deleted/,
    ],
    [
      'OnDelete, not ready',
      '{replicas: 3, updateStrategy: {type: OnDelete}}',
      '{observedGeneration: 2, replicas: 3, readyReplicas: 1}',
      'InProgress',
      /1 of 3 replicas are ready/,
    ],
    ['without status', '{replicas: 3}', '{}', 'InProgress', /not been observed/],
  ])('%s', check('apps/v1', 'StatefulSet'));
});

describe('DaemonSet', () => {
  const all =
    'observedGeneration: 2, desiredNumberScheduled: 4, currentNumberScheduled: 4, updatedNumberScheduled: 4, numberReady: 4, numberAvailable: 4';
  it.each<Row>([
    ['done', '{}', `{${all}}`, 'Current', /all 4 nodes/, [4, 4, 4]],
    ['no nodes', '{}', '{observedGeneration: 2, desiredNumberScheduled: 0}', 'Current', /all 0 nodes/],
    ['without status', '{}', '{}', 'InProgress', /not been observed/, [0, 0, 0]],
    [
      'not scheduled',
      '{}',
      '{observedGeneration: 2, desiredNumberScheduled: 4, currentNumberScheduled: 3}',
      'InProgress',
      /3 of 4 replicas exist/,
    ],
    [
      'not updated',
      '{}',
      `{${all}, updatedNumberScheduled: 1}`.replace('updatedNumberScheduled: 4, ', ''),
      'InProgress',
      /1 of 4 replicas are updated/,
    ],
    [
      'not available',
      '{}',
      `{${all}}`.replace('numberAvailable: 4', 'numberAvailable: 2'),
      'InProgress',
      /2 of 4 replicas are available/,
    ],
    [
      'OnDelete',
      '{updateStrategy: {type: OnDelete}}',
      `{${all}}`.replace('updatedNumberScheduled: 4', 'updatedNumberScheduled: 0'),
      'Current',
      /all 4/,
    ],
  ])('%s', check('apps/v1', 'DaemonSet'));
});

describe('ReplicaSet', () => {
  it.each<Row>([
    [
      'done',
      '{replicas: 2}',
      '{observedGeneration: 2, replicas: 2, readyReplicas: 2, availableReplicas: 2}',
      'Current',
      /all 2/,
      [2, 2, 2],
    ],
    [
      'not ready',
      '{replicas: 2}',
      '{observedGeneration: 2, replicas: 2, readyReplicas: 1, availableReplicas: 1}',
      'InProgress',
      /1 of 2 replicas are ready/,
    ],
    [
      'no pods can be made',
      '{replicas: 2}',
      '{observedGeneration: 2, replicas: 0, conditions: [{type: ReplicaFailure, status: "True", reason: FailedCreate}]}',
      'InProgress',
      /FailedCreate/,
    ],
  ])('%s', check('apps/v1', 'ReplicaSet'));
});

describe('CloneSet', () => {
  const all =
    'observedGeneration: 2, replicas: 5, readyReplicas: 5, availableReplicas: 5, updatedReplicas: 5, updatedReadyReplicas: 5';
  const partition = (value: string): string => `{replicas: 5, updateStrategy: {partition: ${value}}}`;
  it.each<Row>([
    ['done', '{replicas: 5}', `{${all}}`, 'Current', /all 5/, [5, 5, 5]],
    [
      'updated, not ready',
      '{replicas: 5}',
      `{${all}}`.replace('updatedReadyReplicas: 5', 'updatedReadyReplicas: 4'),
      'InProgress',
      /4 of 5 updated replicas are ready/,
    ],
    [
      'partition of a count',
      partition('3'),
      '{observedGeneration: 2, replicas: 5, readyReplicas: 5, updatedReplicas: 2, updatedReadyReplicas: 2}',
      'Current',
      /./,
    ],
    [
      'partition of a percentage, rounded up',
      partition('"50%"'),
      '{observedGeneration: 2, replicas: 5, readyReplicas: 5, updatedReplicas: 2, updatedReadyReplicas: 2}',
      'Current',
      /./,
    ],
    [
      'partition not reached',
      partition('"50%"'),
      '{observedGeneration: 2, replicas: 5, readyReplicas: 5, updatedReplicas: 1, updatedReadyReplicas: 1}',
      'InProgress',
      /1 of 2 replicas are updated/,
    ],
    [
      'what the controller expects',
      '{replicas: 5}',
      '{observedGeneration: 2, replicas: 5, readyReplicas: 5, updatedReplicas: 2, updatedReadyReplicas: 2, expectedUpdatedReplicas: 2}',
      'Current',
      /./,
    ],
    [
      'paused',
      '{replicas: 5, updateStrategy: {paused: true}}',
      '{observedGeneration: 2, replicas: 5, readyReplicas: 5}',
      'InProgress',
      /it is paused/,
    ],
    [
      'cannot be updated',
      '{replicas: 5}',
      '{observedGeneration: 2, replicas: 5, readyReplicas: 5, conditions: [{type: FailedUpdate, status: "True", message: no room}]}',
      'InProgress',
      /no room/,
    ],
    ['behind', '{replicas: 5}', `{${all.replace('2', '1')}}`, 'InProgress', /observed is 1/, [5, 0, 5]],
  ])('%s', check('apps.kruise.io/v1alpha1', 'CloneSet'));
});
