import { startSimulator } from '../../libs/k8s/src/simulator';
import { describeKubernetesContract } from './kubernetes-contract';

describeKubernetesContract('the simulator keeps the contract', async () => {
  const simulator = await startSimulator({ clusters: ['contract'], timings: { nodeGraceMs: 10_000 } });
  return {
    name: 'simulator',
    server: `${simulator.url}/clusters/contract`,
    token: simulator.cluster('contract').token,
    controllers: true,
    openKruise: true,
    close: () => simulator.close(),
  };
});
