import { type KubeObject, type ObjectRef, groupOf } from '@keelson/domain';
import { type ClusterState, type WriteRequest } from './api/cluster-state';
import { createObject } from './api/create';
import { deleteObject } from './api/delete';
import { Lister } from './api/list';
import { Registry, builtin } from './api/registry';
import { type ResourceType, apiVersionOf } from './api/resource-type';
import { EVERYTHING, parseLabelSelector } from './api/selectors';
import { replace } from './api/update';
import { WatchHub } from './api/watch-hub';
import { type Clock, rfc3339 } from './clock';
import { type Kubelet } from './controllers/kubelet/kubelet';
import { Scheduler } from './controllers/scheduler';
import { startControllers } from './controllers/start';
import { Faults } from './faults';
import { RequestCounts } from './http/request-counts';
import { type ServedCluster } from './http/served-cluster';
import { Ids } from './ids';
import { Store } from './store/store';
import { type SimulatorTimings } from './timings';

export interface ClusterSettings {
  readonly name: string;
  readonly timings: SimulatorTimings;
  readonly clock: Clock;
  /** The same seed gives the same uids and names. */
  readonly seed: string | undefined;
  readonly nodes: number;
  /** See {@link ClusterState.tracksScale}. */
  readonly tracksScale?: boolean;
}

/** Kind and name of an object; the newest version of its API is meant. */
export type Named = ObjectRef;

/** One simulated cluster: a view of its objects, foreign hands for tests, and faults. */
export class SimulatedCluster implements ServedCluster {
  readonly name: string;
  readonly timings: SimulatorTimings;
  readonly state: ClusterState;
  readonly lister: Lister;
  readonly hub: WatchHub;
  readonly requests = new RequestCounts();
  readonly faults = new Faults();
  private readonly scheduler: Scheduler;
  private readonly kubelet: Kubelet;

  constructor({ name, timings, clock, seed, nodes, tracksScale = false }: ClusterSettings) {
    this.name = name;
    this.timings = timings;
    // Without a seed it begins with the time: after a restart, an old resourceVersion is too old, never too new.
    const revision = seed === undefined ? clock.now() : 1;
    this.state = {
      name,
      store: new Store(revision, timings.historyLimit),
      registry: new Registry(),
      clock,
      ids: new Ids(seed === undefined ? undefined : `${seed}/${name}`),
      admission: [],
      tracksScale,
    };
    this.lister = new Lister(this.state);
    this.hub = new WatchHub(this.state);
    this.scheduler = new Scheduler(clock);
    this.kubelet = startControllers(this.state, this.scheduler, timings, this.hub).kubelet;
    this.furnish(nodes);
  }

  /** The bearer token that the cluster's kubeconfig holds. It guards nothing but a simulation. */
  get token(): string {
    return `simulated-${this.name}`;
  }

  get(ref: Named): KubeObject | undefined {
    const found = this.state.store.get(this.typeOf(ref), ref.namespace, ref.name);
    return found && structuredClone(found);
  }

  /** Objects of a kind, by namespace and label selector. */
  list(apiVersion: string, kind: string, namespace?: string, labelSelector?: string): KubeObject[] {
    const type = this.typeOf({ apiVersion, kind });
    const matches = labelSelector === undefined ? EVERYTHING : parseLabelSelector(labelSelector);
    return structuredClone(this.state.store.list(type, namespace).filter(matches));
  }

  pods(namespace?: string, labelSelector?: string): KubeObject[] {
    return this.list('v1', 'Pod', namespace, labelSelector);
  }

  /** Creates an object with somebody else's hand. */
  create(object: KubeObject, manager = 'kubectl-create'): KubeObject {
    const request = this.requestFor(refOfObject(object), manager);
    return structuredClone(createObject(this.state, request, structuredClone(object)));
  }

  /** Changes an object with somebody else's hand; `mutate` changes the copy that it is given. */
  edit(ref: Named, mutate: (object: KubeObject) => void, manager = 'kubectl-edit'): KubeObject {
    const live = this.state.store.get(this.typeOf(ref), ref.namespace, ref.name);
    if (!live)
      throw new Error(`${ref.kind} ${ref.namespace ?? ''}/${ref.name} is not in cluster ${this.name}`);
    const next = structuredClone(live);
    mutate(next);
    return structuredClone(replace(this.state, this.requestFor(ref, manager), live, next));
  }

  /** Deletes an object with somebody else's hand. */
  delete(ref: Named): void {
    deleteObject(this.state, this.requestFor(ref, 'kubectl'), {});
  }

  /** Cuts the cluster off (open connections are destroyed, new ones as well) or lets it come back. */
  setReachable(reachable: boolean): void {
    this.faults.setReachable(reachable);
  }

  /** Delays every answer by so many milliseconds. */
  delay(milliseconds: number): void {
    this.faults.delayMs = milliseconds;
  }

  /** Answers the next requests with a failure of this HTTP status. */
  failNext(count: number, status: number): void {
    this.faults.failNext(count, status);
  }

  /** From now on this image cannot be pulled, or can be pulled again. */
  refuseImage(image: string, refused = true): void {
    this.kubelet.setRefused(image, refused);
  }

  /** Forgets all history: watches and pages from before get 410. */
  compact(): void {
    this.state.store.window.compact(this.state.store.resourceVersion);
    this.lister.compact();
  }

  close(): void {
    this.scheduler.stop();
    this.hub.stop();
  }

  private typeOf({ apiVersion, kind }: Pick<Named, 'apiVersion' | 'kind'>): ResourceType {
    const { registry } = this.state;
    const type = registry.byKind(apiVersion, kind) ?? registry.byGroupKind(groupOf(apiVersion), kind);
    if (!type) throw new Error(`cluster ${this.name} does not serve ${apiVersion} ${kind}`);
    return type;
  }

  private requestFor(ref: Named, manager: string): WriteRequest {
    const type = this.typeOf(ref);
    const apiVersion = apiVersionOf(type.group, type.versions[0] ?? '');
    return {
      type,
      apiVersion,
      namespace: ref.namespace,
      name: ref.name,
      manager,
      dryRun: false,
      force: false,
    };
  }

  /** What every cluster has from its first moment on. */
  private furnish(nodes: number): void {
    for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
      this.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, 'kube-apiserver');
    }
    const time = rfc3339(this.state.clock.now());
    for (let index = 1; index <= nodes; index += 1)
      this.state.store.put(builtin('', 'Node'), this.node(index, time));
  }

  private node(index: number, time: string): KubeObject {
    const name = `node-${index}`;
    const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' };
    const capacity = { cpu: '64', memory: '256Gi', pods: '1000' };
    const heartbeat = { lastHeartbeatTime: time, lastTransitionTime: time };
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'kubelet is posting ready status',
    };
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, uid: this.state.ids.uid(), creationTimestamp: time, labels },
      spec: {},
      status: {
        capacity,
        allocatable: capacity,
        conditions: [{ ...ready, ...heartbeat }],
        addresses: [
          { type: 'Hostname', address: name },
          { type: 'InternalIP', address: `10.0.0.${index}` },
        ],
      },
    };
  }
}

const refOfObject = ({ apiVersion, kind, metadata }: KubeObject): Named => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
});
