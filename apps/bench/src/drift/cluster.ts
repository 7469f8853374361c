import { readFile } from 'node:fs/promises';
import { ClusterClient, parseConnection, type ServerVersion } from '@keelson/k8s';
import { Simulator } from '../simulator/simulator';

/** The API server that the contest takes place on. */
export interface BenchCluster {
  readonly kubeconfig: string;
  /** Whose it is, for people. */
  readonly description: string;
  readonly isReal: boolean;
  stop(): Promise<void>;
}

/** The first real cluster of KEELSON_TEST_KUBECONFIGS, else a simulated one in a process of its own. */
export const openCluster = async (env: NodeJS.ProcessEnv): Promise<BenchCluster> => {
  const [path] = (env['KEELSON_TEST_KUBECONFIGS'] ?? '').split(':').filter(Boolean);
  if (path === undefined) return simulated();
  const kubeconfig = await readFile(path, 'utf8');
  const client = clientFor(kubeconfig);
  try {
    const { gitVersion } = await client.request<ServerVersion>('GET', '/version');
    const description = `a real API server, ${gitVersion}`;
    return { kubeconfig, description, isReal: true, stop: () => Promise.resolve() };
  } finally {
    await client.close();
  }
};

const simulated = async (): Promise<BenchCluster> => {
  const simulator = await Simulator.start(1);
  const { kubeconfig } = simulator.clusters[0]!;
  const description = 'a simulated API server (KEELSON_TEST_KUBECONFIGS names no real one)';
  return { kubeconfig, description, isReal: false, stop: () => simulator.stop() };
};

/** A client that shares nothing with the server that is measured. */
export const clientFor = (kubeconfig: string): ClusterClient => {
  const parsed = parseConnection({ kubeconfig });
  if (!parsed.ok) throw new Error(`the kubeconfig cannot be used: ${JSON.stringify(parsed.errors)}`);
  return new ClusterClient(parsed.connection);
};
