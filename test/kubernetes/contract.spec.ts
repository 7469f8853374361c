import { describeKubernetesContract } from '../contract/kubernetes-contract';
import { realClusters, type TestCluster } from './support/fleet';

describeKubernetesContract('a real API server keeps the contract', async () => {
  const [cluster] = (await realClusters(1)) as [TestCluster];
  const { name, server, caData, token, controllers, close } = cluster;
  if (!token) throw new Error(`${name}: the contract needs a kubeconfig with a token`);
  return { name, server, token, ...(caData ? { caData } : {}), controllers, close };
});
