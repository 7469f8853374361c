import { startSimulator, type Simulator } from '@keelson/k8s';
import type { Access } from '../clusters/access';
import { observe } from './observe';
import { machineMs, type Counts, type FromSimulator, type Sighting, type ToSimulator } from './protocol';
import { seedClusters } from './seed';

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

/** What it is told, once it is done. */
const answersOf = (
  simulator: Simulator,
): ((message: ToSimulator) => FromSimulator | Promise<FromSimulator>) => {
  let sightings: readonly Sighting[] = [];
  return (message) => {
    switch (message.ask) {
      case 'seed':
        return seedClusters(simulator, message.seed).then(() => ({ tell: 'seeded' }));
      case 'counts':
        return { tell: 'counts', counts: countsOf(simulator) };
      case 'reset':
        for (const name of simulator.names) simulator.cluster(name).requests.reset();
        return { tell: 'reset' };
      case 'observe':
        sightings = observe(simulator, message.namespaces);
        return { tell: 'observing' };
      case 'sightings':
        return { tell: 'sightings', sightings: sightings.slice(message.from) };
      case 'fault':
        for (const name of message.clusters) simulator.cluster(name).faults.set(message.faults);
        return { tell: 'faulted', at: machineMs() };
    }
  };
};

const main = async (clusters: number): Promise<void> => {
  const simulator = await startSimulator({ clusters });
  const answer = answersOf(simulator);
  // Nobody can go on without an answer: where there is none the process ends, and whoever asked is told so.
  process.on('message', (message: ToSimulator) => void Promise.resolve(answer(message)).then(tell));
  process.once('disconnect', () => void simulator.close());
  // A Ctrl-C in the terminal reaches every process of the group; this one is needed until the others are through.
  process.on('SIGINT', () => undefined);
  tell({ tell: 'ready', clusters: simulator.names.map((name) => accessTo(simulator, name)) });
};

void main(Number(process.argv[2]));
