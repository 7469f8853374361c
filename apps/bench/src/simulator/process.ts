import { startSimulator, type Simulator } from '@keelson/k8s';
import type { Access } from '../clusters/access';
import { seedClusters } from './seed';
import type { Counts, FromSimulator, ToSimulator } from './protocol';

const tell = (message: FromSimulator): void => {
  process.send?.(message);
};

const accessTo = (simulator: Simulator, name: string): Access => ({
  name,
  server: `${simulator.url}/clusters/${name}`,
  token: simulator.cluster(name).token,
  kubeconfig: simulator.kubeconfig(name),
});

const countsOf = (simulator: Simulator): Counts =>
  simulator.names
    .map((name) => simulator.cluster(name).requests)
    .map((requests) => ({ writes: requests.writes, applies: requests.of('apply'), total: requests.total }))
    .reduce((sum, counts) => ({
      writes: sum.writes + counts.writes,
      applies: sum.applies + counts.applies,
      total: sum.total + counts.total,
    }));

const main = async (clusters: number): Promise<void> => {
  const simulator = await startSimulator({ clusters });
  process.on('message', (message: ToSimulator) => {
    if (message.ask === 'seed') {
      // Nobody can go on without it: the process ends, and whoever asked is told so.
      void seedClusters(simulator, message.seed).then(() => tell({ tell: 'seeded' }));
      return;
    }
    if (message.ask === 'counts') return tell({ tell: 'counts', counts: countsOf(simulator) });
    for (const name of simulator.names) simulator.cluster(name).requests.reset();
    tell({ tell: 'reset' });
  });
  process.once('disconnect', () => void simulator.close());
  // A Ctrl-C in the terminal reaches every process of the group; this one is needed until the others are through.
  process.on('SIGINT', () => undefined);
  tell({ tell: 'ready', clusters: simulator.names.map((name) => accessTo(simulator, name)) });
};

void main(Number(process.argv[2]));
