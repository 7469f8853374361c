import { randomUUID } from 'node:crypto';
import {
  runDecider,
  runStream,
  sidecarOf,
  wakeAt,
  type Observation,
  type RunCommand,
  type RunState,
} from '@keelson/domain';
import type { EventStore, Vault } from '@keelson/event-store';
import type { JobQueue } from '@keelson/messaging';
import type { Logger } from 'pino';
import { BlockersReader } from '../blockers';
import { KeyedWork } from '../kernel/keyed-work';
import { Measurements } from './measurements';
import { Observer } from './observe';
import { observeSidecar } from './observe-sidecar';
import { RunStates } from './run-states';

/** Runs decided at once. Deciding costs microseconds; what takes time is reading what is known, which they do together. */
const CONCURRENCY = 32;

export interface RunEngineOptions {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly jobs: JobQueue;
  /** Whether this process takes the run's measurements; its decisions any process may take. */
  readonly owns: (run: string) => boolean;
  /** How often `sweep` is called, in milliseconds. */
  readonly sweepMs: number;
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
  private readonly states: RunStates;
  private readonly measurements: Measurements;
  private readonly blockers: BlockersReader;
  private readonly observer: Observer;

  constructor(private readonly options: RunEngineOptions) {
    this.states = new RunStates(options.store.log);
    this.measurements = new Measurements(options);
    this.blockers = new BlockersReader(options.store.pool);
    this.observer = new Observer(options.store.pool, this.blockers);
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
               or exists (select 1 from read.sidecars s join read.targets t on t.sidecars ? s.name
                          where r.application = 'sidecar/' || s.name and t.position > $1)
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

  private look(owner: string, now: number): Promise<Observation[]> {
    const { pool } = this.options.store;
    const sidecar = sidecarOf(owner);
    return sidecar === undefined
      ? this.observer.observe(owner, now)
      : observeSidecar(pool, this.blockers, sidecar, now);
  }

  private async advance(run: string): Promise<void> {
    const { jobs } = this.options;
    const last = this.states.last(run);
    const known = last ?? (await this.states.read(run));
    if (!known.exists) return;
    const now = Date.now();
    const reading = last ? this.states.read(run) : known;
    const [before, fleet] = await Promise.all([reading, this.look(known.application, now)]);
    const after = await this.decide(run, before, { type: 'AdvanceRun', now, fleet });
    if (!after?.exists) return;
    if (this.options.owns(run)) this.measurements.take(after, now);
    const due = wakeAt(after, fleet, now);
    // A sweep comes before it, and sets the timer then: most runs are over before their deadlines are near.
    if (due === undefined || due > now + 2 * this.options.sweepMs) this.alarms.delete(run);
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

  /** The state that follows; a look that changes nothing, as most do, costs no command. */
  private async decide(run: string, before: RunState, command: RunCommand): Promise<RunState | undefined> {
    const decision = runDecider.decide(before, command);
    if (decision.ok && decision.events.length === 0) return before;
    const context = { commandId: randomUUID(), actor: 'run-engine' };
    const result = await this.options.store.commands.execute(context, (unit) =>
      unit.decide(runDecider, runStream(run), command),
    );
    return result.ok ? result.value : undefined;
  }
}
