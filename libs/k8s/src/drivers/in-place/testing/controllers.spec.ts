import type { KubeObject } from '@keelson/domain';
import { countAt, numberAt, recordAt, stringAt, valueAt } from '../../json';
import { ownedBy } from '../../owned';
import { isReady } from '../../pods';
import { metadataOf } from '../template';
import { sameTemplate } from '../upgrade';
import type { ModelStore } from './store.spec';

/**
 * The controllers of the three kinds in small, each one look at a time, written from what
 * k8s.io/kubernetes/pkg/controller/{deployment,statefulset,daemon} does. Where they would roll, these simply delete the
 * pods: in a test of upgrading in place that is the failure that is looked for.
 */
export type Controller = (store: ModelStore, workload: KubeObject) => void;

const HASH = 'pod-template-hash';
const REVISION = 'controller-revision-hash';

const templateIn = (object: KubeObject) => recordAt(object, 'spec', 'template');

const ownerOf = ({ apiVersion, kind, metadata }: KubeObject) => [
  { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true },
];

const podFrom = (
  owner: KubeObject,
  name: string,
  template: Readonly<Record<string, unknown>>,
  revision?: string,
): KubeObject => {
  const labels = metadataOf(template, 'labels');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: revision === undefined ? labels : { ...labels, [REVISION]: revision },
      annotations: metadataOf(template, 'annotations'),
      ownerReferences: ownerOf(owner),
    },
    spec: template['spec'],
  };
};

const byAge = (a: KubeObject, b: KubeObject): number =>
  String(a.metadata['creationTimestamp']).localeCompare(String(b.metadata['creationTimestamp']));

let names = 0;
const freshName = (prefix: string): string => `${prefix}-${(names += 1)}`;

/** Brings the pods of a ReplicaSet to their number. */
const size = (store: ModelStore, set: KubeObject): void => {
  const pods = ownedBy(set, 'Pod', store.list('Pod')).sort(byAge);
  for (const pod of pods.slice(countAt(set, 'spec', 'replicas'))) store.remove(pod);
  for (let missing = countAt(set, 'spec', 'replicas') - pods.length; missing > 0; missing -= 1) {
    store.put(podFrom(set, freshName(set.metadata.name), templateIn(set)));
  }
};

export const deploymentController: Controller = (store, deployment) => {
  const sets = () => ownedBy(deployment, 'ReplicaSet', store.list('ReplicaSet')).sort(byAge);
  const replicas = countAt(deployment, 'spec', 'replicas');
  const equal = (): KubeObject | undefined =>
    sets().find((set) => sameTemplate(templateIn(set), templateIn(deployment), HASH));
  const isPaused = valueAt(deployment, 'spec', 'paused') === true;
  if (!isPaused && !equal()) store.put(replicaSet(deployment));
  const current = equal();
  const active = sets().filter((set) => countAt(set, 'spec', 'replicas') > 0);
  const wanted = (set: KubeObject): number => {
    if (!isPaused) return set === current ? replicas : 0;
    // Paused, it scales: the only one that has pods, or the one of its template when none has.
    const scaled = active.length > 1 ? undefined : (active[0] ?? current);
    return set === scaled ? replicas : countAt(set, 'spec', 'replicas');
  };
  for (const set of sets()) {
    size(store, store.put({ ...set, spec: { ...recordAt(set, 'spec'), replicas: wanted(set) } }));
  }
  const pods = (set: KubeObject | undefined) => (set ? ownedBy(set, 'Pod', store.list('Pod')) : []);
  const all = sets().flatMap((set) => pods(set));
  const updated = pods(current).length;
  store.setStatus(deployment, {
    observedGeneration: deployment.metadata.generation,
    replicas: all.length,
    ...(updated > 0 ? { updatedReplicas: updated } : {}),
    readyReplicas: all.filter(isReady).length,
    availableReplicas: all.filter(isReady).length,
  });
};

const replicaSet = (deployment: KubeObject): KubeObject => {
  const name = freshName(deployment.metadata.name);
  const template = templateIn(deployment);
  const metadata = { ...recordAt(template, 'metadata') };
  const labels = { ...recordAt(metadata, 'labels'), [HASH]: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, ownerReferences: ownerOf(deployment) },
    spec: { replicas: 0, template: { ...template, metadata: { ...metadata, labels } } },
  };
};

/** The revision of the present template, made or made the highest again. */
const revise = (store: ModelStore, workload: KubeObject): KubeObject => {
  const all = () => ownedBy(workload, 'ControllerRevision', store.list('ControllerRevision'));
  const highest = Math.max(0, ...all().map((each) => countAt(each, 'revision')));
  const same = all().find((each) =>
    sameTemplate(recordAt(each, 'data', 'spec', 'template'), templateIn(workload)),
  );
  if (same)
    return store.put({ ...same, revision: countAt(same, 'revision') === highest ? highest : highest + 1 });
  const hash = freshName('hash');
  return store.put({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${workload.metadata.name}-${hash}`,
      labels: { [REVISION]: hash },
      ownerReferences: ownerOf(workload),
    },
    data: { spec: { template: { ...templateIn(workload), $patch: 'replace' } } },
    revision: highest + 1,
  });
};

export const statefulSetController: Controller = (store, set) => {
  const update = revise(store, set);
  const replicas = countAt(set, 'spec', 'replicas');
  const partition = countAt(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  const currentName = stringAt(set, 'status', 'currentRevision') ?? update.metadata.name;
  const current = store.get('ControllerRevision', currentName) ?? update;
  const ordinal = ({ metadata }: KubeObject): number => Number(metadata.name.split('-').at(-1));
  const pods = () => ownedBy(set, 'Pod', store.list('Pod'));
  const isOf = (pod: KubeObject, revision: KubeObject): boolean =>
    pod.metadata.labels?.[REVISION] === revision.metadata.name;
  for (const pod of pods()) {
    if (ordinal(pod) >= replicas || (ordinal(pod) >= partition && !isOf(pod, update))) store.remove(pod);
  }
  for (let index = 0; index < replicas; index += 1) {
    const name = `${set.metadata.name}-${index}`;
    const of = index < partition ? current : update;
    const template = recordAt(of, 'data', 'spec', 'template');
    if (!store.get('Pod', name)) store.put(podFrom(set, name, template, of.metadata.name));
  }
  const updated = pods().filter((pod) => isOf(pod, update)).length;
  const ready = pods().filter(isReady).length;
  const isComplete = updated === replicas && ready === replicas;
  store.setStatus(set, {
    observedGeneration: set.metadata.generation,
    replicas: pods().length,
    readyReplicas: ready,
    updatedReplicas: updated,
    updateRevision: update.metadata.name,
    currentRevision: isComplete ? update.metadata.name : currentName,
  });
};

/** As many nodes as `spec.replicas` says, which a real one does not have. */
export const daemonSetController: Controller = (store, set) => {
  const revision = revise(store, set);
  const hash = revision.metadata.labels?.[REVISION] ?? '';
  const nodes = numberAt(set, 'spec', 'nodes') ?? 0;
  const isOnDelete = stringAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  const pods = () => ownedBy(set, 'Pod', store.list('Pod'));
  const updated = () => pods().filter(({ metadata }) => metadata.labels?.[REVISION] === hash);
  for (const pod of pods()) if (!isOnDelete && !updated().includes(pod)) store.remove(pod);
  for (const pod of pods().slice(nodes)) store.remove(pod);
  for (let missing = nodes - pods().length; missing > 0; missing -= 1) {
    store.put(podFrom(set, freshName(set.metadata.name), templateIn(set), hash));
  }
  const ready = pods().filter(isReady).length;
  store.setStatus(set, {
    observedGeneration: set.metadata.generation,
    desiredNumberScheduled: nodes,
    currentNumberScheduled: pods().length,
    updatedNumberScheduled: updated().length,
    numberReady: ready,
    numberAvailable: ready,
  });
};
