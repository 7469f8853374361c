import { type KubeObject, type ObjectRef, groupOf } from '@keelson/domain';
import { applyObject } from './api/apply';
import { type ClusterState, type WriteRequest } from './api/cluster-state';
import { createObject } from './api/create';
import { type DeleteOptions, deleteObject } from './api/delete';
import { Lister } from './api/list';
import { Registry, builtin } from './api/registry';
import { type ResourceType, apiVersionOf } from './api/resource-type';
import { EVERYTHING, parseLabelSelector } from './api/selectors';
import { replace } from './api/update';
import { WatchHub } from './api/watch-hub';
import { type Clock } from './clock';
import { type Condition } from './controllers/conditions';
import { type Kubelet } from './controllers/kubelet/kubelet';
import { Scheduler } from './controllers/scheduler';
import { startControllers } from './controllers/start';
import { Faults } from './faults/faults';
import { RequestCounts } from './http/request-counts';
import { type ServedCluster } from './http/served-cluster';
import { Ids } from './ids';
import { HistoryBudget } from './store/history-budget';
import { Store } from './store/store';
import { type SimulatorTimings } from './timings';

export interface ClusterSettings {
  readonly name: string;
  readonly timings: SimulatorTimings;
  readonly clock: Clock;
  /** The same seed gives the same uids and names. */
  readonly seed: string | undefined;
  readonly nodes: number;
  /** Shared by the clusters of a process; a cluster alone has one of its own. */
  readonly history?: HistoryBudget;
  /** See {@link ClusterState.tracksScale}. */
  readonly tracksScale?: boolean;
}

/** What a kubelet may say of its node. */
export type NodeReport = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

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
  readonly faults: Faults;
  private readonly scheduler: Scheduler;
  private readonly kubelet: Kubelet;

  constructor(settings: ClusterSettings) {
    const { name, timings, clock, seed, nodes, tracksScale = false } = settings;
    const history = settings.history ?? new HistoryBudget(timings.historyTotal);
    this.name = name;
    this.timings = timings;
    // Without a seed it begins with the time: after a restart, an old resourceVersion is too old, never too new.
    const revision = seed === undefined ? clock.now() : 1;
    this.state = {
      name,
      store: new Store(revision, timings.historyLimit, history),
      registry: new Registry(),
      clock,
      ids: new Ids(seed === undefined ? undefined : `${seed}/${name}`),
      admission: [],
      tracksScale,
    };
    this.faults = new Faults(seed === undefined ? undefined : `${seed}/${name}/faults`);
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

  /** Applies an object by server-side apply, without a request. */
  apply(object: KubeObject, manager: string): KubeObject {
    return applyObject(this.state, this.requestFor(refOfObject(object), manager), structuredClone(object))
      .object;
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
  delete(ref: Named, options: DeleteOptions = {}): void {
    deleteObject(this.state, this.requestFor(ref, 'kubectl'), options);
  }

  /** Cuts the cluster off (open connections are destroyed, new ones as well) or lets it come back. */
  setReachable(reachable: boolean): void {
    this.faults.change({ unreachable: !reachable });
  }

  /** Delays every answer by so many milliseconds. */
  delay(milliseconds: number): void {
    this.faults.change({ latencyMs: milliseconds });
  }

  /** Answers the next requests with a failure of this HTTP status. */
  failNext(count: number, status: number): void {
    this.faults.change({ refuse: { status, count } });
  }

  /** From now on this image cannot be pulled, or can be pulled again. */
  refuseImage(image: string, refused = true): void {
    this.kubelet.setRefused(image, refused);
  }

  /**
   * The kubelet of a node falls silent: its pods stay as they are, and `nodeGraceMs` later the node is
   * `Ready: Unknown` and tainted. @throws when there is no such node
   */
  stopNode(name: string): void {
    this.requireNode(name);
    this.kubelet.stop(name);
  }

  /** The kubelet of a node goes to work, again or as a new node; it does at once what it missed. */
  startNode(name: string): void {
    this.kubelet.start(name);
  }

  /**
   * The kubelet of a node reports a condition, `Ready` or any other; it stays until another report or a start.
   * @throws when there is no such node or its kubelet is stopped
   */
  reportNode(name: string, condition: NodeReport): void {
    this.kubelet.report(name, condition);
  }

  /** A machine is gone with its Node; its pods are deleted for good `nodeGraceMs` later. */
  removeNode(name: string): void {
    this.requireNode(name);
    this.delete({ apiVersion: 'v1', kind: 'Node', name });
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

  private requireNode(name: string): void {
    if (!this.state.store.get(builtin('', 'Node'), undefined, name)) {
      throw new Error(`there is no node ${name} in cluster ${this.name}`);
    }
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
    for (let index = 1; index <= nodes; index += 1) this.startNode(`node-${index}`);
  }
}

const refOfObject = ({ apiVersion, kind, metadata }: KubeObject): Named => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
});
