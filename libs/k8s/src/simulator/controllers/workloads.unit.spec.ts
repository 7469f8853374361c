import { type KubeObject } from '@keelson/domain';
import { listAt, objectAt } from '../json';
import { virtualCluster, workload } from '../testing/virtual-cluster';
import { conditionOf, conditionsOf } from './conditions';

const setImage = (image: string) => (object: KubeObject) => {
  const podSpec = objectAt(objectAt(objectAt(object, 'spec'), 'template'), 'spec');
  (listAt(podSpec, 'containers')[0] as { image: string }).image = image;
};

const refOf = (kind: string, name: string) => ({ apiVersion: 'apps/v1', kind, namespace: 'default', name });

describe('StatefulSets', () => {
  const ref = refOf('StatefulSet', 'db');

  it('start their pods one by one, with stable names', () => {
    const { cluster, clock } = virtualCluster();
    cluster.create(workload('StatefulSet', 'db', { replicas: 3, serviceName: 'db' }));
    const seen: number[] = [];
    for (let step = 0; step < 200; step += 1) {
      clock.advance(1);
      const pods = cluster.pods('default');
      const starting = pods.filter((pod) => objectAt(pod, 'status').phase === 'Pending').length;
      expect(starting).toBeLessThanOrEqual(1);
      seen.push(pods.length);
    }
    expect(seen.at(-1)).toBe(3);
    expect(cluster.pods('default').map((pod) => pod.metadata.name)).toEqual(['db-0', 'db-1', 'db-2']);
    expect(cluster.get(ref)?.status).toMatchObject({ replicas: 3, readyReplicas: 3, updatedReplicas: 3 });
  });

  it('roll from the highest ordinal down to the partition, and on when it falls', () => {
    const { cluster, clock } = virtualCluster();
    const strategy = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } };
    cluster.create(workload('StatefulSet', 'db', { replicas: 3, serviceName: 'db', ...strategy }));
    clock.advance(1_000);
    cluster.edit(ref, setImage('registry.example/app:2'));
    clock.advance(1_000);
    const images = () => cluster.pods('default').map((pod) => listAt(objectAt(pod, 'spec'), 'containers')[0]);
    expect(images()).toMatchObject(
      [{ image: /1$/ }, { image: /1$/ }, { image: /2$/ }].map(({ image }) => ({
        image: expect.stringMatching(image) as unknown,
      })),
    );
    const held = objectAt(cluster.get(ref), 'status');
    expect(held).toMatchObject({ currentReplicas: 2, updatedReplicas: 1, readyReplicas: 3 });
    expect(held.currentRevision).not.toBe(held.updateRevision);
    cluster.edit(ref, (object) => {
      objectAt(objectAt(objectAt(object, 'spec'), 'updateStrategy'), 'rollingUpdate').partition = 0;
    });
    clock.advance(1_000);
    const done = objectAt(cluster.get(ref), 'status');
    expect(done).toMatchObject({ updatedReplicas: 3, readyReplicas: 3 });
    expect(done.currentRevision).toBe(done.updateRevision);
  });

  it('stop at a pod that cannot start, and recover when it is deleted', () => {
    const { cluster, clock } = virtualCluster();
    cluster.create(workload('StatefulSet', 'db', { replicas: 2, serviceName: 'db' }));
    clock.advance(1_000);
    cluster.edit(ref, setImage('registry.example/missing:1'));
    clock.advance(1_000);
    expect(cluster.get(ref)?.status).toMatchObject({ readyReplicas: 1, updatedReplicas: 1 });
    cluster.edit(ref, setImage('registry.example/app:3'));
    clock.advance(1_000);
    expect(cluster.get(ref)?.status).toMatchObject({ readyReplicas: 1 });
    cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'db-1' });
    clock.advance(1_000);
    expect(cluster.get(ref)?.status).toMatchObject({ readyReplicas: 2, updatedReplicas: 2 });
  });
});

describe('DaemonSets', () => {
  it('run on every node, and are replaced one node at a time', () => {
    const { cluster, clock } = virtualCluster(3);
    const ref = refOf('DaemonSet', 'agent');
    cluster.create(workload('DaemonSet', 'agent', {}));
    clock.advance(500);
    const nodes = cluster.pods('default').map((pod) => objectAt(pod, 'spec').nodeName);
    expect(nodes.sort()).toEqual(['node-1', 'node-2', 'node-3']);
    cluster.edit(ref, setImage('registry.example/app:2'));
    for (let step = 0; step < 500; step += 1) {
      clock.advance(1);
      expect(objectAt(cluster.get(ref), 'status').numberReady).toBeGreaterThanOrEqual(2);
    }
    expect(cluster.get(ref)?.status).toMatchObject({
      desiredNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberAvailable: 3,
    });
  });
});

describe('Jobs', () => {
  it('run to completion, as many at a time as they may', () => {
    const { cluster, clock } = virtualCluster();
    cluster.create(workload('Job', 'migrate', { completions: 3, parallelism: 2 }));
    let most = 0;
    for (let step = 0; step < 1_000; step += 1) {
      clock.advance(1);
      const running = cluster.pods('default').filter((pod) => objectAt(pod, 'status').phase !== 'Succeeded');
      most = Math.max(most, running.length);
    }
    const job = cluster.get({ apiVersion: 'batch/v1', kind: 'Job', namespace: 'default', name: 'migrate' });
    expect(most).toBe(2);
    expect(objectAt(job, 'status')).toMatchObject({ succeeded: 3, active: 0 });
    expect(conditionOf(conditionsOf(job?.status), 'Complete')?.status).toBe('True');
  });
});

describe('Deployments', () => {
  const ref = refOf('Deployment', 'web');

  it('report a passed deadline without being asked, and recover from it', () => {
    const { cluster, clock } = virtualCluster();
    cluster.create(workload('Deployment', 'web', { replicas: 2, progressDeadlineSeconds: 60 }));
    clock.advance(1_000);
    cluster.edit(ref, setImage('registry.example/missing:1'));
    clock.advance(59_000);
    const reason = () => conditionOf(conditionsOf(cluster.get(ref)?.status), 'Progressing')?.reason;
    expect(reason()).toBe('ReplicaSetUpdated');
    clock.advance(5_000);
    expect(reason()).toBe('ProgressDeadlineExceeded');
    expect(cluster.get(ref)?.status).toMatchObject({ readyReplicas: 2 });
    cluster.edit(ref, setImage('registry.example/app:2'));
    clock.advance(1_000);
    expect(reason()).toBe('NewReplicaSetAvailable');
  });

  it('count a pod as available only after minReadySeconds', () => {
    const { cluster, clock } = virtualCluster();
    cluster.create(workload('Deployment', 'web', { replicas: 1, minReadySeconds: 10 }));
    clock.advance(8_000);
    expect(cluster.get(ref)?.status).toMatchObject({ readyReplicas: 1, unavailableReplicas: 1 });
    clock.advance(3_000);
    expect(cluster.get(ref)?.status).toMatchObject({ readyReplicas: 1, availableReplicas: 1 });
  });

  it('wait for an image that was refused, and start when it can be pulled again', () => {
    const { cluster, clock } = virtualCluster();
    cluster.refuseImage('registry.example/app:1');
    cluster.create(workload('Deployment', 'web', { replicas: 1 }));
    clock.advance(1_000);
    const [pod] = cluster.pods('default', 'app=web');
    expect(objectAt(pod, 'status')).toMatchObject({
      phase: 'Pending',
      containerStatuses: [{ ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } }],
    });
    cluster.refuseImage('registry.example/app:1', false);
    clock.advance(1_000);
    expect(cluster.get(ref)?.status).toMatchObject({ availableReplicas: 1 });
  });

  it('make another ReplicaSet when somebody changed the template of the one that has its name', () => {
    const { cluster, clock } = virtualCluster();
    cluster.create(workload('Deployment', 'web', { replicas: 2 }));
    clock.advance(1_000);
    const [first] = cluster.list('apps/v1', 'ReplicaSet', 'default');
    cluster.edit(refOf('ReplicaSet', first!.metadata.name), setImage('registry.example/app:9'));
    clock.advance(5_000);
    const status = cluster.get(refOf('Deployment', 'web'))?.status;
    expect(status).toMatchObject({ replicas: 2, updatedReplicas: 2, readyReplicas: 2, collisionCount: 1 });
    const sets = cluster.list('apps/v1', 'ReplicaSet', 'default');
    expect(sets.map((set) => objectAt(set, 'spec').replicas).sort()).toEqual([0, 2]);
  });

  it('cost nothing once they are done', () => {
    const { cluster, clock } = virtualCluster();
    cluster.create(workload('Deployment', 'web', { replicas: 3 }));
    clock.advance(1_000);
    const before = cluster.state.store.resourceVersion;
    // What is left is the deadline's alarm, which finds the rollout complete.
    clock.advance(3_600_000);
    expect(cluster.state.store.resourceVersion).toBe(before);
    expect(clock.pending).toBe(0);
  });
});

describe('pods', () => {
  it('restart only the container whose image changes', () => {
    const { cluster, clock } = virtualCluster();
    const containers = ['main', 'side'].map((name) => ({ name, image: `${name}:1` }));
    const metadata = { name: 'pod', namespace: 'default' };
    cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } });
    clock.advance(1_000);
    const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'pod' };
    const uid = cluster.get(ref)?.metadata.uid;
    cluster.edit(ref, (pod) => {
      (listAt(pod.spec, 'containers')[1] as { image: string }).image = 'side:2';
    });
    clock.advance(1);
    expect(conditionOf(conditionsOf(cluster.get(ref)?.status), 'Ready')?.status).toBe('False');
    clock.advance(1_000);
    expect(cluster.get(ref)?.metadata.uid).toBe(uid);
    expect(objectAt(cluster.get(ref), 'status').containerStatuses).toMatchObject([
      { name: 'main', ready: true, restartCount: 0, image: 'main:1' },
      { name: 'side', ready: true, restartCount: 1, image: 'side:2' },
    ]);
  });

  it('wait for a node', () => {
    const { cluster, clock } = virtualCluster(0);
    cluster.create(workload('Deployment', 'web', { replicas: 1 }));
    clock.advance(1_000);
    expect(objectAt(cluster.pods('default')[0], 'status').phase).toBe('Pending');
  });
});

describe('budgets', () => {
  it('allow as many disruptions as there are pods to spare', () => {
    const { cluster, clock } = virtualCluster();
    const ref = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', namespace: 'default', name: 'web' };
    const spec = { minAvailable: '50%', selector: { matchLabels: { app: 'web' } } };
    cluster.create({ ...ref, metadata: { name: 'web', namespace: 'default' }, spec });
    cluster.create(workload('Deployment', 'web', { replicas: 5 }));
    clock.advance(1_000);
    expect(cluster.get(ref)?.status).toMatchObject({
      currentHealthy: 5,
      desiredHealthy: 3,
      disruptionsAllowed: 2,
      expectedPods: 5,
    });
  });
});

describe('the same seed', () => {
  it('gives the same history', () => {
    const history = () => {
      const { cluster, clock } = virtualCluster();
      cluster.create(workload('Deployment', 'web', { replicas: 4 }));
      clock.advance(1_000);
      cluster.edit(refOf('Deployment', 'web'), setImage('registry.example/app:2'));
      clock.advance(1_000);
      return cluster.pods('default');
    };
    expect(history()).toEqual(history());
  });
});
