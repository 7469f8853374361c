import { APPLICATION_LABEL, type KubeObject } from '@keelson/domain';
import { startSimulator, type Simulator } from '@keelson/k8s';
import type { Edit, Sickness } from '../script/mischief';
import { DEADLOCK } from '../script/repair-policy';
import {
  FOREIGN_MANAGER,
  liveKey,
  PLANTED,
  type Ask,
  type LiveObjects,
  type Question,
  type Told,
} from './simulator-protocol';

type SimulatedCluster = ReturnType<Simulator['cluster']>;

const KINDS = [
  ['v1', 'ConfigMap'],
  ['v1', 'Service'],
  ['v1', 'Pod'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['policy/v1', 'PodDisruptionBudget'],
] as const;

/** Of nodes that fail: shorter than anybody would set them, so that all of it happens within some steps. */
const TIMINGS = { nodeGraceMs: 2_000, nodeTolerationMs: 10_000 };

/** Named clusters in a process of their own, which ends when nobody speaks to it any more. */
const main = async (names: readonly string[]): Promise<void> => {
  const simulator = await startSimulator({ clusters: names, timings: TIMINGS });
  process.on('message', ({ id, ask }: Question) => {
    try {
      tell({ id, answer: answerTo(simulator, ask) });
    } catch (error) {
      tell({ id, error: (error as Error).stack ?? String(error) });
    }
  });
  process.once('disconnect', () => void simulator.close());
  process.on('SIGINT', () => undefined);
  tell({ ready: Object.fromEntries(names.map((name) => [name, simulator.kubeconfig(name)])) });
};

const tell = (told: Told): void => {
  process.send?.(told);
};

const answerTo = (simulator: Simulator, ask: Ask): unknown => {
  const cluster = simulator.cluster(ask.cluster);
  switch (ask.ask) {
    case 'faults':
      return cluster.faults.set(ask.plan);
    case 'cordon':
      return cordon(cluster, ask.cordoned);
    case 'sicken':
      return ask.nodes.forEach((node) => sicken(cluster, node, ask.how));
    case 'refuse-image':
      return cluster.refuseImage(ask.image, ask.refused);
    case 'sever':
      cluster.setReachable(false);
      return cluster.setReachable(true);
    case 'compact':
      return cluster.compact();
    case 'edit': {
      const live = cluster.get(ask.object);
      if (!live) return undefined;
      cluster.edit(ask.object, (object) => EDITS[ask.how](object, ask.mark), FOREIGN_MANAGER);
      return live.metadata.uid;
    }
    case 'remove': {
      const live = cluster.get(ask.object);
      if (live) cluster.delete(ask.object);
      return live?.metadata.uid;
    }
    case 'plant':
      return plant(cluster, ask.namespace, ask.name);
    case 'objects':
      return objectsOf(cluster);
    case 'nodes':
      return cluster.list('v1', 'Node');
  }
};

const cordon = (cluster: SimulatedCluster, unschedulable: boolean): void => {
  for (const { metadata } of cluster.list('v1', 'Node')) {
    cluster.edit({ apiVersion: 'v1', kind: 'Node', name: metadata.name }, (node) => {
      (node['spec'] as { unschedulable?: boolean }).unschedulable = unschedulable;
    });
  }
};

const sicken = (cluster: SimulatedCluster, node: string, how?: Sickness): void => {
  const report = (type: string, status: 'True' | 'False'): void =>
    cluster.reportNode(node, { type, status, reason: 'Chaos', message: 'it is made to go wrong' });
  switch (how) {
    case 'silent':
      return cluster.stopNode(node);
    case 'not-ready':
      return report('Ready', 'False');
    case 'deadlocked':
      return report(DEADLOCK, 'True');
    case undefined:
      cluster.startNode(node);
      return report(DEADLOCK, 'False');
  }
};

interface WorkloadSpec {
  replicas: number;
  template: { spec: { containers: { image: string }[] } };
}

const EDITS: Readonly<Record<Edit, (object: KubeObject, mark: string) => void>> = {
  data: (object, mark) => {
    object['data'] = { ...(object['data'] as object), mark };
  },
  image: (object, mark) => {
    const [first] = (object['spec'] as WorkloadSpec).template.spec.containers;
    if (first) first.image = `foreign:${mark}`;
  },
  replicas: (object) => {
    (object['spec'] as WorkloadSpec).replicas += 2;
  },
  unlabel: ({ metadata }) => {
    delete metadata.labels?.[APPLICATION_LABEL];
  },
};

/** Where there is no namespace yet, nobody could have put anything there. */
const plant = (cluster: SimulatedCluster, namespace: string, name: string): string | undefined => {
  if (!cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })) return undefined;
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    data: { ...PLANTED },
  };
  return cluster.create(object).metadata.uid;
};

const objectsOf = (cluster: SimulatedCluster): LiveObjects =>
  Object.fromEntries(
    KINDS.flatMap(([apiVersion, kind]) => cluster.list(apiVersion, kind)).map((object) => [
      liveKey(object),
      object,
    ]),
  );

void main(process.argv.slice(2));
