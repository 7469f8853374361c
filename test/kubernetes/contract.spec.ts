import { describeKubernetesContract } from '../contract/kubernetes-contract';
import { startOpenKruise } from './open-kruise';
import { realClusters, type TestCluster } from './support/fleet';

describeKubernetesContract('a real API server keeps the contract', async () => {
  const [cluster] = (await realClusters(1)) as [TestCluster];
  const { name, server, caData, token, controllers } = cluster;
  if (!token) throw new Error(`${name}: the contract needs a kubeconfig with a token`);
  const openKruise = await startOpenKruise(cluster.client);
  const close = async (): Promise<void> => {
    await openKruise.stop().finally(() => cluster.close());
  };
  return { name, server, token, ...(caData ? { caData } : {}), controllers, openKruise: true, close };
});
