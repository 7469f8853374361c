import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import {
  APPLICATION_LABEL,
  clusterDecider,
  clusterStream,
  type ClusterCommand,
  type KubeObject,
  type ObjectRef,
} from '@keelson/domain';
import type { EventStore, Vault } from '@keelson/event-store';
import {
  ClusterClient,
  CollectionWatches,
  Discovery,
  NetworkError,
  NormalForms,
  WatchSet,
  type Classified,
  type ClusterConnection,
  type ServerVersion,
  type WatchSetEvent,
} from '@keelson/k8s';
import type { Logger } from 'pino';
import { KeyedWork } from '../kernel/keyed-work';
import { Timers } from '../kernel/timers';
import { NodeKeeper } from '../nodes';
import type { Desired, PlanContents } from '../targets/desired';
import type { Observations } from '../targets/observations';
import type { TargetRecorder } from '../targets/recorder';
import { TargetAgent } from '../targets/target-agent';
import type { TargetHost } from '../targets/target-host';
import { UNTIL_WATCHED_MS } from '../targets/until-watched';
import { countNodes } from './count-nodes';
import { hasInventory, identityOf } from './identity';
import { kept } from './kept';
import { firstLetGo } from './let-go';
import { Probing } from './probing';
import { OtherClusterError, reasonOf } from './reason-of';
import { Strays } from './strays';

/**
 * Requests in flight to one cluster. An idle process gets the full rate of a real API server out of eight; a busy one,
 * which comes to each answer late, needs twice as many for it.
 */
const REQUESTS_AT_ONCE = 16;
/** Applications attended to at once in one cluster: while some wait for the log, others have its requests. */
const ATTENDED_AT_ONCE = 2 * REQUESTS_AT_ONCE;
const SIGN_OF_LIFE_MS = 60_000;
const PROBE_TIMEOUT_MS = 5_000;

export interface SessionOptions {
  readonly cluster: string;
  readonly connection: ClusterConnection;
  /** Version of the credentials in the vault: what this session sees is said of them. */
  readonly credentials: string;
  /** Of the cluster that the inventory is of, where it is known. */
  readonly identity?: string;
  readonly store: EventStore;
  readonly vault: Vault;
  readonly allowPrivateCallbacks: boolean;
  readonly contents: PlanContents;
  readonly recorder: TargetRecorder;
  readonly observations: Observations;
  readonly logger: Logger;
}

/**
 * Everything that this process holds of one cluster: its connections, its watches, and an agent for each application.
 * A slow or dead cluster delays nobody else, because sessions share nothing that waits.
 */
export class ClusterSession implements TargetHost {
  readonly cluster: string;
  readonly contents: PlanContents;
  readonly recorder: TargetRecorder;
  readonly observations: Observations;
  readonly deps: TargetHost['deps'];
  private readonly stopping = forMany();
  /** Aborted when the cluster is lost: what waits for its answers would hold its turn until the timeout. */
  private serving = forMany();
  private readonly client: ClusterClient;
  private readonly discovery: Discovery;
  private readonly watches: WatchSet;
  readonly children: CollectionWatches;
  private readonly nodes: NodeKeeper;
  private readonly agents = new Map<string, TargetAgent>();
  /** What agents that were dropped still have to say. */
  private readonly endings = new Set<Promise<void>>();
  private readonly work: KeyedWork;
  /** Applications that cannot be looked at while a watch is missing. */
  private readonly unwatched = new Set<string>();
  private readonly retries = new Timers((application) => this.work.ask(application));
  private readonly probing: Probing<Greeting>;
  private readonly strays: Strays;
  private identity: string | undefined;
  private connected = false;
  /** The log says that the cluster is lost, and so does not know what this session sees. */
  private disowned = false;
  private lastCounts = '';
  private lastSeen = 0;

  constructor(private readonly options: SessionOptions) {
    this.cluster = options.cluster;
    this.contents = options.contents;
    this.recorder = options.recorder;
    this.observations = options.observations;
    this.client = new ClusterClient(options.connection, { maxConcurrent: REQUESTS_AT_ONCE });
    this.discovery = new Discovery(this.client);
    this.watches = new WatchSet({
      client: this.client,
      discovery: this.discovery,
      transform: kept,
      onFollowing: () => this.isWatched(),
    });
    this.deps = {
      client: this.client,
      discovery: this.discovery,
      cache: this.watches,
      memory: new NormalForms(),
      letGo: (objects) => firstLetGo(options.store.pool, this.cluster, objects),
    };
    this.work = new KeyedWork(
      (application) => this.attend(application),
      ATTENDED_AT_ONCE,
      (application, error) => this.stumbled(application, error),
    );
    this.children = new CollectionWatches({ client: this.client, discovery: this.discovery }, (application) =>
      this.work.ask(application),
    );
    this.nodes = new NodeKeeper({
      ...options,
      client: this.client,
      signal: this.stopping.signal,
      nodes: () => this.knownNodes(),
      took: (node) => this.watches.store(node),
    });
    this.probing = new Probing({
      ask: (signal) => this.greet(signal),
      onAnswer: (greeting, afterMiss) => this.found(greeting, afterMiss),
      onLost: (error) => this.lost(error),
      onError: (error) => this.warn({ err: error }, 'the outcome of a probe could not be recorded'),
    });
    this.identity = options.identity;
    this.strays = new Strays({
      cluster: this.cluster,
      client: this.client,
      discovery: this.discovery,
      pool: options.store.pool,
      recorder: this.recorder,
      signal: () => this.signal,
      onError: (error) => this.warn({ err: error }, 'objects that nothing wants could not be looked up'),
    });
    this.watches.subscribe((event) => this.onWatchEvent(event));
  }

  get signal(): AbortSignal {
    return this.serving.signal;
  }

  start(): void {
    this.probing.ask();
  }

  want(desired: Desired): void {
    const agent = this.agents.get(desired.application);
    if (agent?.want(desired) === false) return;
    if (!agent) this.agents.set(desired.application, new TargetAgent(this, desired));
    if (this.connected) this.work.ask(desired.application);
  }

  /** The target left the read model: nothing of it is wanted and nothing is owed. */
  drop(application: string): void {
    const ending = this.agents.get(application)?.ended();
    this.agents.delete(application);
    if (ending) {
      this.endings.add(ending);
      void ending.finally(() => this.endings.delete(ending));
    }
    this.children.follow(application, []);
    this.retries.cancel(application);
    this.unwatched.delete(application);
  }

  get applications(): string[] {
    return [...this.agents.keys()];
  }

  /** Whether the cluster answers, and how many of its targets wait to be attended to, or for something to try again. */
  get standing(): { connected: boolean; targets: number; waiting: number } {
    const waiting = this.work.size + this.retries.size;
    return { connected: this.connected, targets: this.agents.size, waiting };
  }

  /** Looks at every target again: the sweep that makes up for whatever was missed. */
  askAll(): void {
    if (!this.connected) return;
    for (const application of this.agents.keys()) this.work.ask(application);
    this.nodes.sweep();
  }

  /** Policies or repairs of the cluster's nodes changed. */
  attendNodes(): void {
    if (this.connected) this.nodes.ask();
  }

  /**
   * The log says that the cluster is lost. Where it is not, that was the word of another worker, the one that had it
   * before, after ours: whoever serves the cluster says once more what it sees.
   */
  saidLost(): void {
    if (!this.connected) return;
    this.disowned = true;
    this.probing.ask();
  }

  sweepNodes(): void {
    if (this.connected) this.nodes.sweep();
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('the session is closing'));
    this.retries.clear();
    this.serving.abort(new Error('the session is closing'));
    // Before the watches: what is still attended to may open one more, which nobody would ever close.
    await Promise.all([this.work.close(), this.nodes.stop(), this.probing.stop(), this.strays.stop()]);
    await Promise.all([this.watches.stop(), this.children.stop()]);
    await Promise.all([...this.endings, ...[...this.agents.values()].map((agent) => agent.ended())]);
    await this.client.close();
  }

  watch(refs: readonly ObjectRef[]): void {
    for (const { apiVersion, kind } of refs) this.watches.ensure(apiVersion, kind);
  }

  again(application: string, delayMs: number): void {
    if (!this.stopping.signal.aborted) this.retries.set(application, delayMs);
  }

  whenWatched(application: string, atMostMs: number): void {
    this.unwatched.add(application);
    this.again(application, atMostMs);
  }

  suspect(_error: Classified): void {
    this.probing.ask();
  }

  private async attend(application: string): Promise<void> {
    if (!this.connected) return;
    const agent = this.agents.get(application);
    await agent?.attend();
    // Dropped meanwhile: what it began to watch would stay open for as long as the session.
    if (this.agents.get(application) !== agent) this.children.follow(application, []);
  }

  stumbled(application: string, error: unknown): void {
    // Given up because the cluster was lost: it is attended to when the cluster is back.
    if (!this.connected) return;
    this.warn({ application, err: error }, 'a target could not be attended to; it will be tried again');
    this.again(application, 2_000);
  }

  /** Not before the last of the watches that are being opened: most applications need several of them. */
  private isWatched(): void {
    if (this.watches.isOpening) return;
    for (const application of this.unwatched) {
      this.retries.cancel(application);
      this.work.ask(application);
    }
    this.unwatched.clear();
  }

  private onWatchEvent(event: WatchSetEvent): void {
    if (event.type === 'SYNCED') return;
    if (event.type === 'ERROR') {
      this.isWatched();
      const { kind } = event.error;
      if (kind === 'unreachable' || kind === 'unauthorized' || kind === 'transient') this.probing.ask();
      return;
    }
    if (event.of.kind === 'Node') {
      this.nodes.saw(event.object, event.type === 'DELETED');
      return this.countNodes();
    }
    if (event.source === 'own') return;
    const application = event.object.metadata.labels?.[APPLICATION_LABEL] ?? '';
    const agent = this.agents.get(application);
    const isGone = event.type === 'DELETED';
    // What a list brings cannot be looked up before the watch that follows it is open.
    if (agent?.saw(event.object, isGone))
      if (event.source === 'list') this.whenWatched(application, UNTIL_WATCHED_MS);
      else this.work.ask(application);
    if (isGone) this.strays.clear(event.object);
    else if (!agent?.wants(event.object)) this.strays.suspect(event.object);
  }

  /** None while the cluster is lost, or its nodes are not followed: time alone must not make a node faulty then. */
  private knownNodes(): Iterable<KubeObject> | undefined {
    const anyNode = { apiVersion: 'v1', kind: 'Node', name: '' };
    const isKnown = this.connected && this.watches.lookup(anyNode) !== 'unknown';
    return isKnown ? this.watches.objects('v1', 'Node') : undefined;
  }

  /** Written when it changes, and once a minute as the cluster's sign of life. */
  private countNodes(): void {
    const { total, ready } = countNodes(this.watches.objects('v1', 'Node'));
    const counts = `${total}/${ready}`;
    if (counts === this.lastCounts && Date.now() - this.lastSeen < SIGN_OF_LIFE_MS) return;
    this.lastCounts = counts;
    this.lastSeen = Date.now();
    this.observations.cluster({ cluster: this.cluster, nodesTotal: total, nodesReady: ready });
  }

  /**
   * Asks the API server for its version, out of turn: an answer is the difference between a cluster that is served and
   * one that is lost. Before it is served, it is made sure which cluster answers.
   */
  private async greet(signal: AbortSignal): Promise<Greeting> {
    const options = { timeoutMs: PROBE_TIMEOUT_MS, signal, outOfTurn: true };
    const { gitVersion: version } = await this.client.request<ServerVersion>('GET', '/version', options);
    if (this.connected) return { version };
    const identity = await identityOf(this.client, options);
    if (identity === undefined) return { version };
    const { pool } = this.options.store;
    if (this.identity && this.identity !== identity && (await hasInventory(pool, this.cluster)))
      throw new OtherClusterError(this.cluster, this.identity, identity);
    return { version, identity };
  }

  private async found({ version, identity }: Greeting, afterMiss: boolean): Promise<void> {
    this.countNodes();
    if (this.connected) {
      if (afterMiss) this.reconnect();
      if (this.disowned) await this.tell({ type: 'RecordConnected', version });
      this.disowned = false;
      return;
    }
    await this.tell({ type: 'RecordConnected', version, ...(identity ? { identity } : {}) });
    this.identity = identity ?? this.identity;
    this.connected = true;
    this.client.renew();
    this.watches.ensure('v1', 'Node', { labelSelector: '', listsAgain: true });
    this.watches.wake();
    this.children.wake();
    this.askAll();
  }

  /** After a silence too short for a loss: what was open may be silent for ever, and would be believed for minutes. */
  private reconnect(): void {
    this.watches.suspend();
    this.children.suspend();
    this.client.renew('go on');
    this.watches.wake();
    this.children.wake();
  }

  private async lost(error: unknown): Promise<void> {
    if (this.connected) {
      this.connected = false;
      this.serving.abort(new NetworkError('timeout', 'the cluster does not answer'));
      this.serving = forMany();
      this.watches.suspend();
      this.children.suspend();
    }
    const { reason, message } = reasonOf(error, this.options.connection, Date.now());
    await this.tell({ type: 'RecordUnreachable', reason, message });
  }

  private async tell(seen: Seen): Promise<void> {
    const { store, credentials } = this.options;
    await store.commands.execute({ commandId: randomUUID(), actor: 'worker' }, (unit) =>
      unit.decide(clusterDecider, clusterStream(this.cluster), { ...seen, credentials }),
    );
  }

  private warn(about: object, message: string): void {
    if (!this.stopping.signal.aborted) this.options.logger.warn({ cluster: this.cluster, ...about }, message);
  }
}

/** Every request under way and every watch listens to it; Node takes more than ten for a leak and says so. */
const forMany = (): AbortController => {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
};

/** What a cluster that answers says of itself. */
interface Greeting {
  readonly version: string;
  readonly identity?: string;
}

type Seen = ClusterCommand extends infer Command
  ? Command extends { readonly credentials: string }
    ? Omit<Command, 'credentials'>
    : never
  : never;
