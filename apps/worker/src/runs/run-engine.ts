import { randomUUID } from 'node:crypto';
import { runDecider, runStream, wakeAt } from '@keelson/domain';
import type { EventStore, Vault } from '@keelson/event-store';
import type { JobQueue } from '@keelson/messaging';
import type { Logger } from 'pino';
import { BlockersReader } from '../blockers';
import { KeyedWork } from '../kernel/keyed-work';
import { Measurements } from './measurements';
import { observe } from './observe';

/** Runs decided at once. Deciding costs microseconds; what takes time is reading what is known. */
const CONCURRENCY = 4;

export interface RunEngineOptions {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly jobs: JobQueue;
  /** Whether this process takes the run's measurements; its decisions any process may take. */
  readonly owns: (run: string) => boolean;
  readonly logger: Logger;
}

/**
 * Drives every run that is not over: whenever something that a run looks at has changed, and when time alone moves it.
 * The decision itself is the pure `advance` of the domain; two engines on one run are harmless, because the append of
 * the slower one conflicts and is decided anew.
 */
export class RunEngine {
  static readonly QUEUE = 'runs';
  private seen = 0;
  /** When each run's timer will ring, so that a wake-up which is already set costs nothing. */
  private readonly alarms = new Map<string, number>();
  private readonly work: KeyedWork;
  private readonly measurements: Measurements;
  private readonly blockers: BlockersReader;

  constructor(private readonly options: RunEngineOptions) {
    this.measurements = new Measurements(options);
    this.blockers = new BlockersReader(options.store.pool);
    this.work = new KeyedWork(
      (run) => this.advance(run),
      CONCURRENCY,
      (run, error) =>
        options.logger.warn({ run, err: error }, 'the run could not be advanced; the sweep comes back to it'),
    );
  }

  ask(run: string): void {
    this.work.ask(run);
  }

  /** A timer that was set for the run has come. */
  ring(run: string): void {
    this.alarms.delete(run);
    this.ask(run);
  }

  /** Asks for every active run that looks at something which changed since the last call. */
  async onFleetAdvanced(position: number): Promise<void> {
    const since = this.seen;
    this.seen = Math.max(this.seen, position);
    const { rows } = await this.options.store.pool.query<{ id: string }>({
      name: 'runs-to-advance',
      text: `select r.id from read.runs r
             where not r.over and (r.position > $1
               or exists (select 1 from read.targets t where t.application = r.application and t.position > $1)
               or exists (select 1 from read.clusters c where c.position > $1)
               or exists (select 1 from read.holds h where h.position > $1)
               or exists (select 1 from read.windows w where w.position > $1)
               or exists (select 1 from read.applications a where a.name = r.application and a.position > $1)
               or exists (select 1 from read.applications a
                            cross join lateral jsonb_array_elements(a.depends_on) d
                            join read.applications o on o.name = d ->> 'application'
                          where a.name = r.application and (o.position > $1 or exists
                            (select 1 from read.targets t where t.application = o.name and t.position > $1))))`,
      values: [since],
    });
    for (const { id } of rows) this.ask(id);
  }

  /** Asks for every active run: what makes up for a wake-up that was lost. */
  async sweep(): Promise<void> {
    const { rows } = await this.options.store.pool.query<{ id: string }>(
      'select id from read.runs where not over',
    );
    for (const { id } of rows) this.ask(id);
  }

  async stop(): Promise<void> {
    await this.work.close();
    await this.measurements.stop();
  }

  private async advance(run: string): Promise<void> {
    const { store, jobs } = this.options;
    const { rows } = await store.pool.query<{ application: string }>(
      'select application from read.runs where id = $1',
      [run],
    );
    const [known] = rows;
    if (!known) return;
    const now = Date.now();
    const fleet = await observe(store.pool, this.blockers, known.application, now);
    const result = await store.commands.execute({ commandId: randomUUID(), actor: 'run-engine' }, (unit) =>
      unit.decide(runDecider, runStream(run), { type: 'AdvanceRun', now, fleet }),
    );
    if (!result.ok || !result.value?.exists) return;
    if (this.options.owns(run)) this.measurements.take(result.value, now);
    const due = wakeAt(result.value, fleet, now);
    if (due === undefined) this.alarms.delete(run);
    else if (this.alarms.get(run) !== due) {
      this.alarms.set(run, due);
      await jobs.add(RunEngine.QUEUE, {
        name: 'advance',
        key: run,
        data: { run },
        delayMs: Math.max(0, due - now),
      });
    }
  }
}
