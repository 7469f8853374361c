import { realClusters, type TestCluster } from './support/fleet';
import { describeDrivers } from '../drivers/drivers.cases';

describeDrivers('drivers in a real cluster', async () => {
  const [cluster] = (await realClusters(1)) as [TestCluster];
  const { name, server, caData, token, controllers, close } = cluster;
  if (!token) throw new Error(`${name}: the cases need a kubeconfig with a token`);
  if (!controllers) throw new Error(`${name}: the cases need controllers`);
  return { name, server, token, ...(caData ? { caData } : {}), controllers, close };
});
