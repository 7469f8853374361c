import { given, typesOf } from '../kernel/scenario';
import { clusterDecider, type ClusterCommand, type ClusterEvent } from './index';

const connection = { server: 'https://eu-1:6443', credentials: 'v1', warnings: [] };
const seen = { credentials: 'v1' };
const register = (
  change: Partial<Extract<ClusterCommand, { type: 'RegisterCluster' }>> = {},
): ClusterCommand => ({
  type: 'RegisterCluster',
  cluster: 'eu-1',
  labels: { tier: 'canary' },
  connection,
  ...change,
});
const registered: ClusterEvent = {
  type: 'ClusterRegistered',
  data: { cluster: 'eu-1', labels: { tier: 'canary' }, connection },
};
const connected: ClusterEvent = { type: 'ClusterConnected', data: { cluster: 'eu-1', version: 'v1.36.2' } };
const lost: ClusterEvent = {
  type: 'ClusterUnreachable',
  data: { cluster: 'eu-1', reason: 'Network', message: 'refused' },
};
const forgotten: ClusterEvent = { type: 'ClusterForgotten', data: { cluster: 'eu-1', workloads: 'delete' } };

describe('a cluster', () => {
  it('is registered', () => {
    expect(given(clusterDecider, []).when(register())).toEqual({ ok: true, events: [registered] });
  });

  it('records only what a second registration changes', () => {
    const { when } = given(clusterDecider, [registered]);
    expect(typesOf(when(register()))).toEqual([]);
    expect(typesOf(when(register({ labels: { tier: 'prod' } })))).toEqual(['ClusterLabelsChanged']);
    expect(typesOf(when(register({ connection: { ...connection, credentials: 'v2' } })))).toEqual([
      'ClusterConnectionChanged',
    ]);
  });

  it('records a transition of reachability once', () => {
    expect(
      typesOf(
        given(clusterDecider, [registered]).when({ ...seen, type: 'RecordConnected', version: 'v1.36.2' }),
      ),
    ).toEqual(['ClusterConnected']);
    expect(
      typesOf(
        given(clusterDecider, [registered, connected]).when({
          ...seen,
          type: 'RecordConnected',
          version: 'v1.36.2',
        }),
      ),
    ).toEqual([]);
    const away = given(clusterDecider, [registered, connected, lost]);
    expect(away.state).toMatchObject({ phase: 'Unreachable', unreachable: { reason: 'Network' } });
    expect(
      typesOf(away.when({ ...seen, type: 'RecordUnreachable', reason: 'Network', message: 'refused again' })),
    ).toEqual([]);
    expect(
      typesOf(away.when({ ...seen, type: 'RecordUnreachable', reason: 'Unauthorized', message: '401' })),
    ).toEqual(['ClusterUnreachable']);
    expect(given(clusterDecider, [registered, lost, connected]).state).toMatchObject({ phase: 'Connected' });
  });

  it('stays forgotten while its owed deletes are done, and can be registered again', () => {
    const { when, state } = given(clusterDecider, [registered, forgotten, connected]);
    expect(state).toMatchObject({ phase: 'Forgotten', workloads: 'delete' });
    expect(typesOf(when({ type: 'ForgetCluster', workloads: 'delete' }))).toEqual([
      'rejected: cluster-not-found',
    ]);
    expect(typesOf(when({ type: 'ForgetCluster', workloads: 'orphan' }))).toEqual(['ClusterForgotten']);
    expect(typesOf(when(register()))).toEqual(['ClusterRegistered']);
  });

  it('refuses what concerns a cluster that nobody registered', () => {
    expect(typesOf(given(clusterDecider, []).when({ type: 'ForgetCluster', workloads: 'delete' }))).toEqual([
      'rejected: cluster-not-found',
    ]);
  });

  it('believes nothing of a session whose credentials were replaced', () => {
    const rotated: ClusterEvent = {
      type: 'ClusterConnectionChanged',
      data: { cluster: 'eu-1', connection: { ...connection, credentials: 'v2' } },
    };
    const { when } = given(clusterDecider, [registered, connected, rotated]);
    const late = { ...seen, type: 'RecordUnreachable', reason: 'Unauthorized', message: '401' } as const;
    expect(typesOf(when(late))).toEqual([]);
    expect(typesOf(when({ ...late, credentials: 'v2' }))).toEqual(['ClusterUnreachable']);
    expect(typesOf(when({ ...seen, type: 'RecordConnected', version: 'v1.99.0' }))).toEqual([]);
  });

  it('tells anew why it cannot be served with new credentials, be it for the same reason', () => {
    const rotated: ClusterEvent = {
      type: 'ClusterConnectionChanged',
      data: { cluster: 'eu-1', connection: { ...connection, credentials: 'v2' } },
    };
    const { when, state } = given(clusterDecider, [registered, connected, lost, rotated]);
    expect(state).toMatchObject({ phase: 'Unreachable' });
    expect(state).not.toHaveProperty('unreachable');
    const still = {
      credentials: 'v2',
      type: 'RecordUnreachable',
      reason: 'Network',
      message: 'reset',
    } as const;
    expect(typesOf(when(still))).toEqual(['ClusterUnreachable']);
    expect(typesOf(when({ credentials: 'v2', type: 'RecordConnected', version: 'v1.36.2' }))).toEqual([
      'ClusterConnected',
    ]);
  });

  it('remembers which cluster it is for as long as something may be owed to it', () => {
    const known: ClusterEvent = {
      type: 'ClusterConnected',
      data: { cluster: 'eu-1', version: 'v1.36.2', identity: 'a' },
    };
    const again = { ...seen, type: 'RecordConnected', version: 'v1.36.2' } as const;
    const { when } = given(clusterDecider, [registered, known]);
    expect(typesOf(when({ ...again, identity: 'a' }))).toEqual([]);
    expect(typesOf(when(again))).toEqual([]);
    expect(typesOf(when({ ...again, identity: 'b' }))).toEqual(['ClusterConnected']);
    expect(given(clusterDecider, [registered, known, forgotten, registered]).state).toMatchObject({
      identity: 'a',
    });
    const orphaned: ClusterEvent = {
      type: 'ClusterForgotten',
      data: { cluster: 'eu-1', workloads: 'orphan' },
    };
    expect(given(clusterDecider, [registered, known, orphaned, registered]).state).not.toHaveProperty(
      'identity',
    );
  });

  it('says what is forgotten with a cluster that is orphaned, and nothing where nothing is', () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'c' };
    const owed = { total: 1, objects: [{ application: 'shop', object }] };
    const { when } = given(clusterDecider, [registered, forgotten]);
    expect(when({ type: 'ForgetCluster', workloads: 'orphan', owed })).toEqual({
      ok: true,
      events: [{ type: 'ClusterForgotten', data: { cluster: 'eu-1', workloads: 'orphan', deletes: owed } }],
    });
    const nothing = { total: 0, objects: [] };
    expect(when({ type: 'ForgetCluster', workloads: 'orphan', owed: nothing })).toEqual({
      ok: true,
      events: [{ type: 'ClusterForgotten', data: { cluster: 'eu-1', workloads: 'orphan' } }],
    });
  });
});
