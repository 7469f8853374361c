import { randomUUID } from 'node:crypto';
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
  NormalForms,
  trimmedNode,
  WatchSet,
  type Classified,
  type ClusterConnection,
  type ServerVersion,
  type WatchSetEvent,
} from '@keelson/k8s';
import type { Logger } from 'pino';
import { backoffMs } from '../kernel/backoff';
import { KeyedWork } from '../kernel/keyed-work';
import { Timers } from '../kernel/timers';
import { NodeKeeper } from '../nodes';
import type { Desired, PlanContents } from '../targets/desired';
import type { Observations } from '../targets/observations';
import type { TargetRecorder } from '../targets/recorder';
import { TargetAgent } from '../targets/target-agent';
import type { TargetHost } from '../targets/target-host';
import { countNodes } from './count-nodes';
import { reasonOf } from './reason-of';

/** Applications attended to at once in one cluster. More than eight requests in flight add latency, not rate. */
const CONCURRENCY = 8;
/** How often a quiet connection is tried, so that a cluster which went away silently is noticed. */
const PROBE_MS = 10_000;
const SIGN_OF_LIFE_MS = 60_000;
const PROBE_TIMEOUT_MS = 5_000;
/** A cluster that returns is served again within this; a probe of one that is away costs a refused connection. */
const RECONNECT = { base: 250, cap: 3_000 };
/** One lost answer is not a lost cluster. */
const FAILURES_UNTIL_LOST = 2;

export interface SessionOptions {
  readonly cluster: string;
  readonly connection: ClusterConnection;
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
  private readonly stopping = new AbortController();
  readonly signal = this.stopping.signal;
  private readonly client: ClusterClient;
  private readonly discovery: Discovery;
  private readonly watches: WatchSet;
  readonly children: CollectionWatches;
  private readonly nodes: NodeKeeper;
  private readonly agents = new Map<string, TargetAgent>();
  /** What agents that were dropped still have to say. */
  private readonly endings = new Set<Promise<void>>();
  private readonly work: KeyedWork;
  private readonly retries = new Timers((application) => this.work.ask(application));
  private readonly probes = new Timers(() => void this.probe());
  private probing: Promise<void> | undefined;
  private connected = false;
  private failures = 0;
  private lastCounts = '';
  private lastSeen = 0;

  constructor(private readonly options: SessionOptions) {
    this.cluster = options.cluster;
    this.contents = options.contents;
    this.recorder = options.recorder;
    this.observations = options.observations;
    this.client = new ClusterClient(options.connection, { maxConcurrent: CONCURRENCY });
    this.discovery = new Discovery(this.client);
    this.watches = new WatchSet({
      client: this.client,
      discovery: this.discovery,
      transform: (object) => (object.kind === 'Node' ? trimmedNode(object) : object),
    });
    this.deps = {
      client: this.client,
      discovery: this.discovery,
      cache: this.watches,
      memory: new NormalForms(),
    };
    this.work = new KeyedWork(
      (application) => this.attend(application),
      CONCURRENCY,
      (application, error) => this.stumbled(application, error),
    );
    this.children = new CollectionWatches({ client: this.client, discovery: this.discovery }, (application) =>
      this.work.ask(application),
    );
    this.nodes = new NodeKeeper({
      ...options,
      client: this.client,
      signal: this.signal,
      nodes: () => this.knownNodes(),
      took: (node) => this.watches.store(node),
    });
    this.watches.subscribe((event) => this.onWatchEvent(event));
  }

  start(): void {
    void this.probe();
  }

  want(desired: Desired): void {
    const agent = this.agents.get(desired.application);
    if (agent) agent.want(desired);
    else this.agents.set(desired.application, new TargetAgent(this, desired));
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
  }

  get applications(): string[] {
    return [...this.agents.keys()];
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

  sweepNodes(): void {
    if (this.connected) this.nodes.sweep();
  }

  async stop(): Promise<void> {
    this.retries.clear();
    this.probes.clear();
    this.stopping.abort(new Error('the session is closing'));
    // Before the watches: what is still attended to may open one more, which nobody would ever close.
    await Promise.all([this.work.close(), this.nodes.stop(), this.probing]);
    await Promise.all([this.watches.stop(), this.children.stop()]);
    await Promise.all([...this.endings, ...[...this.agents.values()].map((agent) => agent.ended())]);
    await this.client.close();
  }

  watch(refs: readonly ObjectRef[]): void {
    for (const { apiVersion, kind } of refs) this.watches.ensure(apiVersion, kind);
  }

  again(application: string, delayMs: number): void {
    if (!this.signal.aborted) this.retries.set(application, delayMs);
  }

  suspect(_error: Classified): void {
    void this.probe();
  }

  private async attend(application: string): Promise<void> {
    if (!this.connected || this.signal.aborted) return;
    const agent = this.agents.get(application);
    await agent?.attend();
    // Dropped meanwhile: what it began to watch would stay open for as long as the session.
    if (this.agents.get(application) !== agent) this.children.follow(application, []);
  }

  stumbled(application: string, error: unknown): void {
    if (this.signal.aborted) return;
    this.options.logger.warn(
      { cluster: this.cluster, application, err: error },
      'a target could not be attended to; it will be tried again',
    );
    this.again(application, 2_000);
  }

  private onWatchEvent(event: WatchSetEvent): void {
    if (event.type === 'SYNCED') return this.askAll();
    if (event.type === 'ERROR') {
      if (
        event.error.kind === 'unreachable' ||
        event.error.kind === 'unauthorized' ||
        event.error.kind === 'transient'
      )
        void this.probe();
      return;
    }
    if (event.of.kind === 'Node') {
      this.nodes.saw(event.object, event.type === 'DELETED');
      return this.countNodes();
    }
    if (event.source === 'own') return;
    const application = event.object.metadata.labels?.[APPLICATION_LABEL] ?? '';
    if (this.agents.get(application)?.saw(event.object, event.type === 'DELETED')) this.work.ask(application);
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

  /** Asks the API server for its version. Its answer is the difference between a cluster that is served and one that is lost. */
  private probe(): Promise<void> {
    this.probing ??= this.probeOnce()
      .catch((error: unknown) =>
        this.options.logger.warn(
          { cluster: this.cluster, err: error },
          'the outcome of a probe could not be recorded',
        ),
      )
      .finally(() => {
        this.probing = undefined;
        this.probeAgain();
      });
    return this.probing;
  }

  /**
   * Not before the probe is over, its record included: an alarm that rang during it would find it under way and be spent,
   * and a cluster that has returned would stay lost (seen with a log that took longer than the pause).
   */
  private probeAgain(): void {
    if (this.signal.aborted) return;
    const steady = this.connected && this.failures === 0;
    const pause = PROBE_MS * (0.9 + 0.2 * Math.random());
    this.probes.set('probe', steady ? pause : backoffMs(Math.max(1, this.failures), RECONNECT));
  }

  private async probeOnce(): Promise<void> {
    if (this.signal.aborted) return;
    const version = await this.version();
    if (this.signal.aborted) return;
    if (typeof version === 'string') await this.found(version);
    else await this.missed(version.error);
  }

  private async version(): Promise<string | { error: unknown }> {
    try {
      const timeoutMs = PROBE_TIMEOUT_MS;
      const answer = await this.client.request<ServerVersion>('GET', '/version', {
        timeoutMs,
        signal: this.signal,
      });
      return answer.gitVersion;
    } catch (error) {
      return { error };
    }
  }

  private async found(version: string): Promise<void> {
    this.failures = 0;
    this.countNodes();
    if (this.connected) return;
    await this.tell({ type: 'RecordConnected', version });
    this.connected = true;
    this.watches.ensure('v1', 'Node', '');
    this.watches.wake();
    this.children.wake();
    this.askAll();
  }

  private async missed(error: unknown): Promise<void> {
    this.failures += 1;
    if (this.failures < FAILURES_UNTIL_LOST) return;
    this.connected = false;
    const { reason, message } = reasonOf(error);
    await this.tell({ type: 'RecordUnreachable', reason, message });
  }

  private async tell(command: ClusterCommand): Promise<void> {
    await this.options.store.commands.execute({ commandId: randomUUID(), actor: 'worker' }, (unit) =>
      unit.decide(clusterDecider, clusterStream(this.cluster), command),
    );
  }
}
