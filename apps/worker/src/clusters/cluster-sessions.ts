import { randomUUID } from 'node:crypto';
import { clusterDecider, clusterStream } from '@keelson/domain';
import type { EventStore, Vault } from '@keelson/event-store';
import type { Logger } from 'pino';
import { clustersToAttend } from '../nodes';
import { changedTargets, openTargets, PlanContents } from '../targets/desired';
import { Observations } from '../targets/observations';
import { TargetRecorder } from '../targets/recorder';
import { ClusterSession } from './cluster-session';
import { storedConnection } from './stored-connection';

export interface ClusterSessionsOptions {
  readonly store: EventStore;
  readonly vault: Vault;
  /** Whether this process works on the cluster of that name. */
  readonly owns: (cluster: string) => boolean;
  readonly allowPrivateCallbacks: boolean;
  readonly logger: Logger;
}

/** Whose targets are read in one go: those of a thousand clusters are a gigabyte of rows that live for a moment. */
const CLUSTERS_AT_ONCE = 50;

/** What one worker has to do with how many clusters. */
export interface WorkerStanding {
  readonly clusters: number;
  readonly connected: number;
  readonly targets: number;
  /** Targets that wait to be attended to, or for something to try again. */
  readonly waiting: number;
}

interface Wanted {
  readonly name: string;
  readonly credentials: string;
  readonly identity: string | null;
}

/**
 * The sessions of the clusters that this process owns. Level-based like everything that it drives: each look at the
 * read model opens, renews and closes sessions until they are the ones that should be, then hands them what changed.
 */
export class ClusterSessions {
  private readonly sessions = new Map<
    string,
    { session: ClusterSession; credentials: string; seen: number }
  >();
  private readonly closing = new Map<string, Promise<void>>();
  /** The credentials that could not be read, by cluster. */
  private readonly unreadable = new Map<string, string>();
  private readonly contents: PlanContents;
  private readonly recorder: TargetRecorder;
  private readonly observations: Observations;
  private looking: Promise<void> = Promise.resolve();
  private asked = false;
  private stopped = false;

  constructor(private readonly options: ClusterSessionsOptions) {
    const { pool } = options.store;
    this.contents = new PlanContents(pool);
    this.recorder = new TargetRecorder(options.store);
    this.observations = new Observations(pool, (error) =>
      options.logger.warn({ err: error }, 'observations could not be written'),
    );
  }

  /** Takes in whatever the read model has that the sessions do not know yet. Calls that come while one looks are one. */
  look(): Promise<void> {
    if (this.asked || this.stopped) return this.looking;
    this.asked = true;
    this.looking = this.looking.then(async () => {
      this.asked = false;
      if (this.stopped) return;
      try {
        const [wanted, head] = await Promise.all([this.wanted(), this.position()]);
        await this.reconcileSessions(wanted);
        await this.deliver(head);
      } catch (error) {
        this.options.logger.warn({ err: error }, 'the read model could not be read; the sweep looks again');
      }
    });
    return this.looking;
  }

  /** Makes up for whatever was lost: has every target looked at that lacks its newest plan or owes a delete. */
  async sweep(): Promise<void> {
    await this.look();
    if (this.stopped || this.sessions.size === 0) return;
    for (const desired of await openTargets(this.options.store.pool, [...this.sessions.keys()])) {
      this.sessions.get(desired.cluster)?.session.want(desired);
    }
    for (const { session } of this.sessions.values()) session.sweepNodes();
    for (const name of await this.saidLost()) this.sessions.get(name)?.session.saidLost();
    await this.dropVanished();
  }

  /** Has every target looked at, whatever is known of it. */
  askAll(): void {
    for (const { session } of this.sessions.values()) session.askAll();
  }

  /** Over all sessions. */
  get standing(): WorkerStanding {
    const sum = { clusters: this.sessions.size, connected: 0, targets: 0, waiting: 0 };
    for (const { session } of this.sessions.values()) {
      const { connected, targets, waiting } = session.standing;
      if (connected) sum.connected += 1;
      sum.targets += targets;
      sum.waiting += waiting;
    }
    return sum;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.looking;
    await Promise.all([
      ...this.closing.values(),
      ...[...this.sessions.values()].map(({ session }) => session.stop()),
    ]);
    this.sessions.clear();
    await this.observations.stop();
  }

  private async reconcileSessions(clusters: readonly Wanted[]): Promise<void> {
    const wanted = new Map(clusters.map((cluster) => [cluster.name, cluster]));
    for (const [name, { session, credentials }] of this.sessions) {
      if (wanted.get(name)?.credentials !== credentials) this.close(name, session);
    }
    for (const cluster of wanted.values()) {
      if (!this.sessions.has(cluster.name) && !this.closing.has(cluster.name)) await this.open(cluster);
    }
  }

  /** Nobody waits for it but the session that takes its place. */
  private close(name: string, session: ClusterSession): void {
    this.sessions.delete(name);
    const ended = session
      .stop()
      .catch((error: unknown) =>
        this.options.logger.warn({ cluster: name, err: error }, 'a session did not close'),
      )
      .then(() => {
        this.closing.delete(name);
        void this.look();
      });
    this.closing.set(name, ended);
  }

  /** A cluster that was forgotten is served until nothing is owed to it any more. */
  private async wanted(): Promise<Wanted[]> {
    const { rows } = await this.options.store.pool.query<Wanted>({
      name: 'clusters-to-serve',
      text: `select name, credentials, identity from read.clusters c
             where phase <> 'Forgotten' or exists (select 1 from read.targets t where t.cluster = c.name)`,
    });
    return rows.filter(({ name }) => this.options.owns(name));
  }

  private async saidLost(): Promise<string[]> {
    const { rows } = await this.options.store.pool.query<{ name: string }>({
      name: 'clusters-said-to-be-lost',
      text: 'select name from read.clusters where name = any($1) and last_error is not null',
      values: [[...this.sessions.keys()]],
    });
    return rows.map(({ name }) => name);
  }

  private async open({ name, credentials, identity }: Wanted): Promise<void> {
    const { store, vault, allowPrivateCallbacks, logger } = this.options;
    if (this.unreadable.get(name) === credentials) return;
    const connection = await storedConnection(vault, name, credentials);
    if (typeof connection === 'string') return this.cannotRead(name, credentials, connection);
    const session = new ClusterSession({
      cluster: name,
      connection,
      credentials,
      ...(identity ? { identity } : {}),
      store,
      vault,
      allowPrivateCallbacks,
      contents: this.contents,
      recorder: this.recorder,
      observations: this.observations,
      logger,
    });
    this.sessions.set(name, { session, credentials, seen: 0 });
    session.start();
  }

  /** Keeps the worker from that cluster, and from no other; looked at again when it is registered again. */
  private async cannotRead(cluster: string, credentials: string, message: string): Promise<void> {
    this.unreadable.set(cluster, credentials);
    this.options.logger.error({ cluster, message }, 'the credentials of a cluster cannot be read');
    await this.options.store.commands.execute({ commandId: randomUUID(), actor: 'worker' }, (unit) =>
      unit.decide(clusterDecider, clusterStream(cluster), {
        type: 'RecordUnreachable',
        reason: 'Credentials',
        message,
        credentials,
      }),
    );
  }

  private async deliver(head: number): Promise<void> {
    const bySeen = new Map<number, string[]>();
    for (const [name, { seen }] of this.sessions) bySeen.set(seen, [...(bySeen.get(seen) ?? []), name]);
    for (const [since, clusters] of bySeen) {
      if (since >= head) continue;
      for (const some of inGroups(clusters, CLUSTERS_AT_ONCE)) {
        for (const desired of await changedTargets(this.options.store.pool, some, since)) {
          this.sessions.get(desired.cluster)?.session.want(desired);
        }
      }
      for (const name of await clustersToAttend(this.options.store.pool, clusters, since))
        this.sessions.get(name)?.session.attendNodes();
      for (const name of clusters) {
        const entry = this.sessions.get(name);
        if (entry) entry.seen = head;
      }
    }
  }

  /** Read before the targets: what is projected in between is delivered again, never missed. */
  private async position(): Promise<number> {
    const { rows } = await this.options.store.pool.query<{ pos: string }>({
      name: 'fleet-position',
      text: `select pos from checkpoints where name = 'fleet'`,
    });
    return Number(rows[0]?.pos ?? 0);
  }

  /** Counts first: the names of 100,000 targets every few seconds would be most of what an idle worker reads. */
  private async dropVanished(): Promise<void> {
    const { pool } = this.options.store;
    const known = new Map(
      [...this.sessions].map(([name, { session }]) => [name, session.applications.length]),
    );
    const counted = await pool.query<{ cluster: string; targets: number }>({
      name: 'targets-by-cluster',
      text: `select c.cluster, (select count(*)::int from read.targets t where t.cluster = c.cluster) as targets
             from unnest($1::text[]) c (cluster)`,
      values: [[...known.keys()]],
    });
    const suspects = counted.rows.filter(({ cluster, targets }) => targets < (known.get(cluster) ?? 0));
    if (suspects.length === 0) return;
    const { rows } = await pool.query<{ name: string }>({
      name: 'targets-of-clusters',
      text: `select cluster || '/' || application as name from read.targets where cluster = any($1)`,
      values: [suspects.map(({ cluster }) => cluster)],
    });
    const present = new Set(rows.map(({ name }) => name));
    for (const { cluster } of suspects) {
      const session = this.sessions.get(cluster)?.session;
      for (const application of session?.applications ?? []) {
        if (!present.has(`${cluster}/${application}`)) session?.drop(application);
      }
    }
  }
}

const inGroups = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
