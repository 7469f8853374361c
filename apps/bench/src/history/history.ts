import { randomUUID } from 'node:crypto';
import {
  applicationDecider,
  applicationStream,
  clusterDecider,
  clusterStream,
  DEFAULT_STRATEGY,
  planContent,
  refOf,
  releaseDecider,
  releaseStream,
  revisionOf,
  runDecider,
  runStream,
  targetDecider,
  targetStream,
  type ApplicationDefinition,
  type KubeObject,
  type Observation,
} from '@keelson/domain';
import type { CommandResult, CommandUnit, EventStore } from '@keelson/event-store';

/** Where a cluster's API server is, and the version of its credentials in the vault. */
export interface HistoryCluster {
  readonly name: string;
  readonly server: string;
  readonly credentials: string;
}

export interface HistoryApplication {
  readonly name: string;
  readonly namespace: string;
  readonly objects: readonly KubeObject[];
}

/** What the log says of one application when its run has succeeded. */
export interface Settled {
  readonly application: string;
  /** Content of the plan that every cluster has. */
  readonly hash: string;
  /** Generation of the plan in each cluster, in the order of the clusters. */
  readonly generations: readonly number[];
}

/** Streams in one unit: few round trips, and transactions of a moment. */
const STREAMS_AT_ONCE = 250;
const LABELS = { bench: 'fleet' };

/**
 * Tells a log what a fleet went through until it came to rest: clusters joined, every application was released to all of
 * them and became healthy. By the deciders and the run engine themselves, so that it is the log of a real fleet; only the
 * clusters' part in it is made up.
 */
export class History {
  constructor(
    private readonly store: EventStore,
    private readonly clusters: readonly HistoryCluster[],
  ) {}

  async join(): Promise<void> {
    for (const some of inChunks(this.clusters, STREAMS_AT_ONCE)) {
      await this.execute(async (unit) => {
        for (const { name, server, credentials } of some) {
          const stream = clusterStream(name);
          const connection = { server, credentials, warnings: [] };
          const cluster = { type: 'RegisterCluster', cluster: name, labels: LABELS, connection } as const;
          await unit.decide(clusterDecider, stream, cluster);
          const connected = { type: 'RecordConnected', version: 'v1.31.0', credentials } as const;
          await unit.decide(clusterDecider, stream, connected);
        }
      });
    }
  }

  async release(application: HistoryApplication): Promise<Settled> {
    const { name } = application;
    const { run, release } = await this.request(application);
    const started = await this.advance(run, this.clusters.map(newcomer));
    const generations = new Map(
      started.events.flatMap(({ type, data }, index) =>
        type === 'ClusterStarted'
          ? [[(data as { cluster: string }).cluster, positionOf(started, index)] as const]
          : [],
      ),
    );
    const { hash } = planContent(application.objects);
    const objects = application.objects.map((object) => ({
      ref: refOf(object),
      outcome: 'Created' as const,
    }));
    const observed = this.clusters.map((cluster) => {
      const generation = generations.get(cluster.name);
      if (generation === undefined) throw new Error(`${cluster.name} was not started`);
      return { cluster, generation };
    });
    for (const some of inChunks(observed, STREAMS_AT_ONCE)) {
      await this.execute(async (unit) => {
        for (const { cluster, generation } of some) {
          const stream = targetStream(name, cluster.name);
          const of = { application: name, cluster: cluster.name, generation };
          await unit.decide(targetDecider, stream, { type: 'RecordApplied', ...of, hash, objects });
          await unit.decide(targetDecider, stream, { type: 'RecordHealth', ...of, ...HEALTHY });
        }
      });
    }
    await this.advance(
      run,
      observed.map(({ cluster, generation }) => settled(newcomer(cluster), { run, release, generation })),
    );
    return { application: name, hash, generations: observed.map(({ generation }) => generation) };
  }

  /** As the API does it for PUT /applications and POST …/releases. */
  private async request({ name, namespace, objects }: HistoryApplication) {
    const { value } = await this.execute(async (unit) => {
      const stream = applicationStream(name);
      const version = '1';
      const revision = revisionOf(objects);
      const definition: ApplicationDefinition = { ...DEFINITION, namespace, objects };
      await unit.decide(applicationDecider, stream, {
        type: 'DefineApplication',
        application: name,
        definition,
      });
      const state = await unit.decide(applicationDecider, stream, {
        type: 'RequestRelease',
        version,
        revision,
      });
      if (!state.exists || !state.release || !state.activeRun) throw new Error(`${name} took no release`);
      const { activeRun: run, release } = state;
      const content = { release: release.id, application: name, version, revision, images: {}, objects };
      await unit.decide(releaseDecider, releaseStream(release.id), { type: 'FreezeRelease', content });
      const created = { run, application: name, release: release.id, version, revision };
      const strategy = DEFAULT_STRATEGY;
      await unit.decide(runDecider, runStream(run), { type: 'CreateRun', ...created, strategy });
      return { run, release: release.id };
    });
    return value!;
  }

  private advance(run: string, fleet: readonly Observation[]) {
    const command = { type: 'AdvanceRun', now: Date.now(), fleet } as const;
    return this.execute((unit) => unit.decide(runDecider, runStream(run), command));
  }

  private async execute<Value>(work: (unit: CommandUnit) => Promise<Value>) {
    const result = await this.store.commands.execute({ commandId: randomUUID(), actor: 'bench' }, work);
    if (!result.ok) throw new Error(`the history is refused: ${result.rejection.message}`);
    return result;
  }
}

type Accepted = Extract<CommandResult<unknown>, { ok: true }>;

/** Events of one unit are neighbours in the log. */
const positionOf = ({ position, events }: Accepted, index: number): number =>
  position - (events.length - 1 - index);

const DEFINITION: Omit<ApplicationDefinition, 'namespace' | 'objects'> = {
  project: 'default',
  labels: {},
  placement: { clusterSelector: { matchLabels: LABELS } },
  overrides: [],
  dependsOn: [],
  strategy: DEFAULT_STRATEGY,
  policy: { drift: 'Correct', whenToTakeOver: 'Never' },
};

const HEALTHY = { status: 'Current', message: 'all 0 replicas are updated and available' } as const;

const newcomer = ({ name }: HistoryCluster): Observation => ({
  cluster: name,
  labels: LABELS,
  generation: 0,
  appliedGeneration: 0,
});

const settled = (
  seen: Observation,
  { run, release, generation }: { run: string; release: string; generation: number },
): Observation => ({
  ...seen,
  run,
  release,
  batch: 0,
  generation,
  appliedGeneration: generation,
  health: { generation, since: 0, ...HEALTHY },
});

const inChunks = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
