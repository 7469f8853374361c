import { randomUUID } from 'node:crypto';
import {
  dueMeasurements,
  failedMeasurement,
  runDecider,
  runStream,
  type DueMeasurement,
  type Measurement,
  type Run,
} from '@keelson/domain';
import type { EventStore, Vault } from '@keelson/event-store';
import { ClusterClient } from '@keelson/k8s';
import type { Logger } from 'pino';
import { storedConnection } from '../clusters/stored-connection';
import { jobClusterOver, takeMeasurement } from '../verification';

export interface MeasurementsOptions {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly logger: Logger;
}

/**
 * Takes the measurements that gates wait for, and records them. What is under way is known by its place in the run, so
 * that a run which is looked at ten times a second is measured once per interval; a measurement that a restart
 * interrupts is taken again, and one that two processes took is recorded once.
 */
export class Measurements {
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(private readonly options: MeasurementsOptions) {}

  take(run: Run, now: number): void {
    if (this.stopping.signal.aborted) return;
    for (const due of dueMeasurements(run, now)) {
      const key = `${run.run} ${gateName(run, due)} ${due.index}`;
      if (this.underWay.has(key)) continue;
      const taking = this.measure(run, due)
        .catch((error: unknown) => {
          if (this.stopping.signal.aborted) return;
          this.options.logger.warn({ run: run.run, err: error }, 'a measurement could not be recorded');
        })
        .finally(() => this.underWay.delete(key));
      this.underWay.set(key, taking);
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('the worker is stopping'));
    await Promise.all(this.underWay.values());
  }

  private async measure(run: Run, due: DueMeasurement): Promise<void> {
    const { stage, side, gate, index } = due;
    const measurement = await this.judge(run, due);
    await this.options.store.commands.execute({ commandId: randomUUID(), actor: 'run-engine' }, (unit) =>
      unit.decide(runDecider, runStream(run.run), {
        type: 'RecordMeasurement',
        stage,
        side,
        gate,
        index,
        measurement,
        now: Date.now(),
      }),
    );
  }

  /** Asked once, or in every cluster where the question is about a cluster; then the worst answer is the answer. */
  private async judge(run: Run, due: DueMeasurement): Promise<Measurement> {
    const namespace = await this.namespaceOf(run.application);
    if (!isAboutClusters(due)) return this.ask(run, due, namespace);
    const answers = await Promise.all(
      due.clusters.map(async (cluster) => ({
        cluster,
        measurement: await this.ask(run, due, namespace, cluster),
      })),
    );
    return worst(answers);
  }

  private async ask(
    run: Run,
    due: DueMeasurement,
    namespace: string,
    cluster?: string,
  ): Promise<Measurement> {
    const { application, version, revision } = run;
    const context = { run: run.run, application, version, revision, namespace, stage: due.stage };
    const deps = { gate: gateName(run, due), index: due.index };
    const { signal } = this.stopping;
    if (cluster === undefined) return takeMeasurement(due.verification, { ...deps, context }, signal);
    const client = await this.clientOf(cluster);
    if ('outcome' in client) return client;
    try {
      const job = { ...deps, context: { ...context, cluster }, cluster: jobClusterOver(client) };
      return await takeMeasurement(due.verification, job, signal);
    } finally {
      await client.close();
    }
  }

  /** Or why there is none, where trying again would not help. */
  private async clientOf(cluster: string): Promise<ClusterClient | Measurement> {
    const { store, vault } = this.options;
    const { rows } = await store.pool.query<{ credentials: string }>(
      'select credentials from read.clusters where name = $1',
      [cluster],
    );
    if (!rows[0]) return failedMeasurement(`cluster ${cluster} is not registered`);
    const connection = await storedConnection(vault, cluster, rows[0].credentials);
    return typeof connection === 'string' ? failedMeasurement(connection) : new ClusterClient(connection);
  }

  private async namespaceOf(application: string): Promise<string> {
    const { rows } = await this.options.store.pool.query<{ namespace: string | null }>(
      `select state #>> '{definition,namespace}' as namespace from read.applications where name = $1`,
      [application],
    );
    return rows[0]?.namespace ?? '';
  }
}

/** A gate that is tried again is another one: its Jobs must not be taken for those of the try before. */
const gateName = ({ stages }: Run, { stage, side, gate }: DueMeasurement): string =>
  `${stage}/${side}/${gate}@${stages.find(({ name }) => name === stage)?.[side][gate]?.startedAt ?? 0}`;

const isAboutClusters = ({ verification: { provider } }: DueMeasurement): boolean =>
  'job' in provider || JSON.stringify(provider).includes('{{cluster}}');

const WORST_FIRST: readonly Measurement['outcome'][] = ['Failed', 'Error', 'Inconclusive', 'Successful'];

const worst = (answers: readonly { cluster: string; measurement: Measurement }[]): Measurement => {
  for (const outcome of WORST_FIRST) {
    const alike = answers.filter(({ measurement }) => measurement.outcome === outcome);
    if (alike.length === 0) continue;
    const message = alike
      .map(({ cluster, measurement }) => `${cluster}: ${measurement.message ?? outcome}`)
      .join('; ');
    return { outcome, message, value: Object.fromEntries(answers.map(byCluster)) };
  }
  return { outcome: 'Error', message: 'no cluster has the release yet' };
};

const byCluster = ({ cluster, measurement }: { cluster: string; measurement: Measurement }) => [
  cluster,
  measurement.value ?? measurement.outcome,
];
