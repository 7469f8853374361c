import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { KubeClient, parseKubeconfig, until, type Connection } from '../control-plane';

/** A real cluster to test against, and a way to look into it that shares nothing with the product. */
export interface TestCluster extends Connection {
  /** YAML that stands alone, as a user would register it. */
  readonly kubeconfig: string;
  readonly client: KubeClient;
  /** Whether a controller manager works here: without one no Deployment ever gets a pod. */
  readonly controllers: boolean;
  /** Drops the client's connections. */
  close(): Promise<void>;
}

/**
 * The first `count` clusters of KEELSON_TEST_KUBECONFIGS; the suite's global set-up has put its own there when the
 * user had set none. Call `close` on each at the end.
 * @throws when there are fewer, or when one lacks the controllers that rollouts need (`controllers: false` does
 *   without): a suite that cannot test must fail, not skip.
 */
export async function realClusters(
  count: number,
  { controllers = true }: { controllers?: boolean } = {},
): Promise<TestCluster[]> {
  const paths = (process.env['KEELSON_TEST_KUBECONFIGS'] ?? '').split(':').filter(Boolean);
  if (paths.length < count) {
    throw new Error(`${count} clusters wanted, KEELSON_TEST_KUBECONFIGS names ${paths.length}`);
  }
  const clusters = await Promise.all(paths.slice(0, count).map(openCluster));
  const without = controllers ? clusters.filter((cluster) => !cluster.controllers) : [];
  if (without.length > 0) {
    await Promise.all(clusters.map((cluster) => cluster.close()));
    throw new Error(
      `${without.map(({ name }) => name).join(', ')}: no controllers at work; put kube-controller-manager and ` +
        'kube-scheduler of the same version into KUBEBUILDER_ASSETS, or set KEELSON_TEST_KUBECONFIGS',
    );
  }
  return clusters;
}

async function openCluster(path: string): Promise<TestCluster> {
  const kubeconfig = await readFile(path, 'utf8');
  const connection = parseKubeconfig(kubeconfig, path);
  const client = new KubeClient(connection);
  // Only the controller manager makes this account, so it tells whether there is one.
  const account = await client.request('GET', '/api/v1/namespaces/default/serviceaccounts/default');
  return {
    ...connection,
    kubeconfig,
    client,
    controllers: account.status === 200,
    close: () => client.close(),
  };
}

/**
 * Makes a namespace of a name not used before, ready for pods: its own service account is there.
 * Clusters outlive a test run, so nothing may rely on a fixed name.
 */
export async function freshNamespace(cluster: TestCluster, prefix: string): Promise<string> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  await cluster.client.must('POST', '/api/v1/namespaces', namespace);
  if (cluster.controllers) {
    const account = (namespace: string) =>
      cluster.client.request('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/default`);
    // Up to 1.23 an account gets a token, and no pod can be created before it is there.
    const hasToken = ({ body }: Awaited<ReturnType<typeof account>>): boolean => body?.secrets?.length > 0;
    const tokens = hasToken(await account('default'));
    await until(`service account of ${name}`, async () => {
      const found = await account(name);
      return (found.status === 200 && (!tokens || hasToken(found))) || undefined;
    });
  }
  return name;
}

/** Deletes a namespace with all that is in it; the cluster finishes it in its own time. */
export const dropNamespace = async (cluster: TestCluster, name: string): Promise<void> => {
  await cluster.client.request('DELETE', `/api/v1/namespaces/${name}`);
};
