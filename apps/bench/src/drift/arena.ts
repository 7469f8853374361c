import { randomBytes } from 'node:crypto';
import { ApiClient, type Accepted, type Cluster, type ReleaseAccepted, type Run } from '@keelson/cli';
import { FLAPPING } from '@keelson/domain';
import { ControlPlane, until } from '@keelson/demo';
import type { ClusterClient } from '@keelson/k8s';
import type { BenchOptions } from '../options';
import { startBare } from './bare';
import { clientFor, openCluster, type BenchCluster } from './cluster';
import { Judge } from './judge';
import { settings } from './settings';

const READY_MS = 120_000;

/** One who puts objects right, and how it is seen that it did. */
export interface Contestant {
  readonly namespace: string;
  readonly judge: Judge;
}

export interface Arena {
  readonly cluster: BenchCluster;
  readonly client: ClusterClient;
  /** How many objects each contestant has. */
  readonly objects: number;
  readonly keelson: Contestant;
  readonly bare: Contestant;
  readonly signal: AbortSignal;
}

/** So many that no field drifts often enough to count as flapping: that would be slowed down on purpose. */
export const objectsFor = (rounds: number): number => Math.ceil(rounds / FLAPPING.limit);

/** Sets up both on one API server, runs the task and leaves nothing behind, however it ends. */
export const inArena = async <T>(
  options: BenchOptions,
  objects: number,
  task: (arena: Arena) => Promise<T>,
): Promise<T> => {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const cluster = await openCluster(process.env);
    undo.push(() => cluster.stop());
    options.note(`on ${cluster.description}`);
    const client = clientFor(cluster.kubeconfig);
    undo.push(() => client.close());
    const id = randomBytes(3).toString('hex');
    const [ours, theirs] = [`bench-keelson-${id}`, `bench-bare-${id}`];
    for (const name of [ours, theirs]) {
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
      await client.request('POST', '/api/v1/namespaces', { body });
      undo.push(() => client.request('DELETE', `/api/v1/namespaces/${name}`, { body: {} }));
    }
    const plane = await ControlPlane.start(options.signal);
    undo.push(() => plane.stop());
    const signal = AbortSignal.any([options.signal, plane.died]);
    await release(plane, cluster.kubeconfig, ours, objects, signal);
    undo.push(await startBare({ kubeconfig: cluster.kubeconfig, namespace: theirs, objects }));
    const contestant = async (namespace: string): Promise<Contestant> => {
      const judge = await Judge.open(client, namespace);
      undo.push(() => judge.close());
      return { namespace, judge };
    };
    return await task({
      cluster,
      client,
      objects,
      keelson: await contestant(ours),
      bare: await contestant(theirs),
      signal,
    });
  } finally {
    for (const end of undo.reverse()) await end();
  }
};

const release = async (
  plane: ControlPlane,
  kubeconfig: string,
  namespace: string,
  objects: number,
  signal: AbortSignal,
): Promise<void> => {
  const api = new ApiClient(plane.url, plane.token);
  try {
    const { position: registered } = await api.put<Accepted>('/clusters/bench', {
      labels: {},
      connection: { kubeconfig },
    });
    await until(
      'the cluster is connected',
      async () => {
        const { phase } = await api.get<Cluster>('/clusters/bench', { minPosition: registered });
        return phase === 'Connected' || undefined;
      },
      { deadlineMs: READY_MS, signal },
    );
    const manifests = Array.from({ length: objects }, (_, index) => settings(namespace, index));
    await api.put(`/applications/${namespace}`, { namespace, manifests, placement: { clusterSelector: {} } });
    const { run, position } = await api.post<ReleaseAccepted>(`/applications/${namespace}/releases`, {
      version: '1',
    });
    await until(
      'the release is through',
      async () =>
        (await api.get<Run>(`/runs/${run.id}`, { minPosition: position })).phase === 'Succeeded' || undefined,
      { deadlineMs: READY_MS, signal },
    );
  } finally {
    await api.close();
  }
};
