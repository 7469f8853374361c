import { join } from 'node:path';
import { startApiServer, type ApiServer } from './api-server';
import type { Binaries } from './binaries';
import { startControllers, type ControllerLimits } from './controllers';
import type { Etcd } from './etcd';
import { startFakeKubelet, type FakeKubeletOptions } from './fake-kubelet';
import type { KubeClient } from './kube-client';
import { formatKubeconfig } from './kubeconfig';
import { until } from './until';

export interface ControlPlaneOptions extends FakeKubeletOptions {
  /** Cluster name; also its prefix in etcd, so unique among those that share one. */
  readonly name: string;
  readonly binaries: Binaries;
  readonly etcd: Etcd;
  /** Scratch folder of the run; the cluster takes `folder/name`. */
  readonly folder: string;
  readonly controllerLimits: ControllerLimits;
}

export interface ControlPlane {
  readonly name: string;
  readonly server: string;
  /** Stands alone: the authority and the token are in it. */
  readonly kubeconfig: string;
  /** The authority's certificate, PEM in base64. */
  readonly caData: string;
  /** Bearer token of a user in system:masters. */
  readonly token: string;
  /** For tests of the control plane itself; goes with it. */
  readonly client: KubeClient;
  stop(): Promise<void>;
}

/**
 * Starts a real API server, with a real controller manager and scheduler where the binaries are there, and a fake
 * kubelet with three nodes. Resolves when a Deployment applied now would be rolled out at once.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { name, binaries, etcd } = options;
  const folder = join(options.folder, name);
  const stops: (() => Promise<void>)[] = [];
  /** In reverse order of starting: the server last, so that the others can say goodbye. */
  const stop = async (): Promise<void> => {
    for (let last = stops.pop(); last; last = stops.pop()) await last();
  };
  try {
    const server = await startApiServer(
      binaries.apiServer,
      { name, etcdUrl: etcd.url, folder },
      // Nobody would make the service accounts that this plugin asks for.
      binaries.controllers ? [] : ['--disable-admission-plugins=ServiceAccount'],
    );
    stops.push(server.stop);
    if (binaries.controllers) {
      const processes = await startControllers(binaries.controllers, server, {
        folder,
        limits: options.controllerLimits,
      });
      stops.push(...processes.map((each) => () => each.stop()));
      await leaseNamespace(server);
      const kubelet = await startFakeKubelet(server.client, options);
      stops.push(kubelet.stop);
      await controllersAtWork(server, () => processes.forEach((each) => each.assertRunning()));
    }
    const { server: url, caData, token } = server.connection;
    const kubeconfig = formatKubeconfig(server.connection);
    return { name, server: url, kubeconfig, caData, token, client: server.client, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The server makes it shortly after it is ready. */
const leaseNamespace = ({ client, connection }: ApiServer): Promise<true> =>
  until(`namespace for leases in ${connection.name}`, async () => {
    const { status } = await client.request('GET', '/api/v1/namespaces/kube-node-lease');
    return status === 200 || undefined;
  });

/**
 * Pods need a service account, and nodes without the taint that they are born with: both are the controller
 * manager's first work. A pod that came earlier would be tried again after a growing pause.
 */
const controllersAtWork = ({ client, connection }: ApiServer, assertRunning: () => void): Promise<true> =>
  until(
    `controllers of ${connection.name} at work`,
    async () => {
      assertRunning();
      const account = await client.request('GET', '/api/v1/namespaces/default/serviceaccounts/default');
      const { items } = await client.must('GET', '/api/v1/nodes');
      const free = (items as { spec: { taints?: unknown } }[]).every(({ spec }) => !spec.taints);
      return (account.status === 200 && free) || undefined;
    },
    { deadline: 60_000, every: 100 },
  );
