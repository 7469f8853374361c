import { startSimulator } from '../../libs/k8s/src/simulator';
import { describeDrivers } from './drivers.cases';

describeDrivers('drivers in a simulated cluster', async () => {
  const simulator = await startSimulator({ clusters: ['driven'] });
  return {
    name: 'simulator',
    server: `${simulator.url}/clusters/driven`,
    token: simulator.cluster('driven').token,
    controllers: true,
    close: () => simulator.close(),
  };
});
