import { fold, type Decision } from '../../kernel/decider';
import { DEFAULT_STRATEGY, type Stage, type Strategy } from '../../strategy';
import {
  runDecider,
  wakeAt,
  type Run,
  type RunAction,
  type RunCommand,
  type RunEvent,
  type RunState,
} from '../index';
import { FleetModel } from './fleet.fixture';

export const T0 = Date.parse('2030-01-01T00:00:00Z');

export const stage = (name: string, change: Partial<Stage> = {}): Stage => ({
  name,
  maxConcurrency: '100%',
  maxFailures: 0,
  before: [],
  after: [],
  ...change,
});

/** A canary of one cluster, then the rest by halves. */
export const STAGED: Strategy = {
  ...DEFAULT_STRATEGY,
  stages: [
    stage('canary', { clusterSelector: { matchLabels: { tier: 'canary' } }, maxConcurrency: 1 }),
    stage('rest', { maxConcurrency: '50%', maxFailures: 1 }),
  ],
  progressDeadline: '5m',
};

export const created = (strategy: Strategy = STAGED, rollback?: true): RunEvent => ({
  type: 'RunCreated',
  data: {
    run: 'shop-2',
    application: 'shop',
    release: 'shop-r2',
    version: '2',
    revision: 'abc',
    strategy,
    ...(rollback ? { rollback } : {}),
  },
});

/** One run over a modelled fleet, told in seconds since it was created; events are told in short. */
export class Course {
  readonly fleet = new FleetModel();
  readonly history: RunEvent[];
  private state: Run;
  private seconds = 0;

  /** `clusters`: tier by name. */
  constructor(
    clusters: Readonly<Record<string, string>>,
    strategy: Strategy = STAGED,
    { rollback }: { rollback?: true } = {},
  ) {
    this.history = [created(strategy, rollback)];
    this.state = fold<RunState, RunEvent>(runDecider, this.history) as Run;
    for (const [name, tier] of Object.entries(clusters)) this.fleet.join(name, tier);
  }

  get run(): Run {
    return this.state;
  }

  get phase(): string {
    const { phase, paused } = this.run;
    return paused && phase === 'Paused' ? `Paused: ${paused.reason}` : phase;
  }

  phaseOf(cluster: string): string | undefined {
    return this.clusterOf(cluster)?.phase;
  }

  clusterOf(cluster: string): Run['stages'][number]['clusters'][number] | undefined {
    return this.run.stages.flatMap(({ clusters }) => clusters).find(({ name }) => name === cluster);
  }

  get now(): number {
    return T0 + this.seconds * 1000;
  }

  /** Seconds since the creation at which time alone moves the run. */
  get wake(): number | undefined {
    const at = wakeAt(this.run, this.fleet.look(), this.now);
    return at === undefined ? undefined : (at - T0) / 1000;
  }

  /** The engine looks at the fleet: what it decides, in short. */
  look(seconds = this.seconds): string[] {
    this.seconds = seconds;
    return this.tell(this.decide({ type: 'AdvanceRun', now: this.now, fleet: this.fleet.look() }));
  }

  /** The clusters have what was asked of them and are well since now; then the engine looks. */
  well(clusters: readonly string[], seconds = this.seconds): string[] {
    this.seconds = seconds;
    for (const name of clusters) this.fleet.become(name, 'Current', this.now);
    return this.look();
  }

  /** As `well`, but they are not. */
  ill(clusters: readonly string[], seconds = this.seconds, message = 'CrashLoopBackOff'): string[] {
    this.seconds = seconds;
    for (const name of clusters) this.fleet.become(name, 'Failed', this.now, message);
    return this.look();
  }

  act(action: RunAction, on: { stage?: string; cluster?: string; why?: string } = {}): string[] {
    return this.tell(this.decide({ type: 'ActOnRun', action, by: 'ann', now: this.now, ...on }));
  }

  measure(outcome: 'Successful' | 'Failed' | 'Inconclusive' | 'Error', index: number, gate = 0): string[] {
    const stageName = this.run.stages.find(({ phase }) => phase === 'Progressing')?.name ?? '';
    const side = this.run.stages.find(({ name }) => name === stageName)?.before[gate]?.phase === 'Running';
    return this.tell(
      this.decide({
        type: 'RecordMeasurement',
        stage: stageName,
        side: side ? 'before' : 'after',
        gate,
        index,
        measurement: { outcome },
        now: this.now,
      }),
    );
  }

  decide(command: RunCommand): Decision<RunEvent> {
    const decision = runDecider.decide(this.run, command);
    if (decision.ok) {
      this.history.push(...decision.events);
      this.state = decision.events.reduce<RunState>(
        (state, event) => runDecider.evolve(state, event),
        this.state,
      ) as Run;
      this.fleet.follow(decision.events);
    }
    return decision;
  }

  last<Type extends RunEvent['type']>(type: Type): Extract<RunEvent, { type: Type }> {
    const isMeant = (event: RunEvent): event is Extract<RunEvent, { type: Type }> => event.type === type;
    const event = this.history.findLast(isMeant);
    if (!event) throw new Error(`no ${type} in the history`);
    return event;
  }

  private tell(decision: Decision<RunEvent>): string[] {
    return decision.ok
      ? decision.events.map(inShort)
      : [`${decision.rejection.code}: ${decision.rejection.message}`];
  }
}

/** `ClusterStarted c 0/3`, `GatePassed canary before 0`, `RunPaused Requested`. */
export const inShort = ({ type, data }: RunEvent): string => {
  const words: (string | number)[] = [type];
  if ('cluster' in data) words.push(data.cluster);
  else if ('stage' in data && data.stage !== undefined && type !== 'RunPaused') words.push(data.stage);
  if ('gate' in data) words.push(data.side, data.gate);
  if ('pace' in data && type !== 'ClusterRollbackStarted') words.push(`${data.pace.batch}/${data.pace.of}`);
  if ('batch' in data) words.push(data.batch);
  if ('reason' in data) words.push(data.reason);
  if ('for' in data) words.push(data.for.map(({ id }) => id).join() || 'nothing');
  return words.join(' ');
};
