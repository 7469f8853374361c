import type { Observation } from '../commands';
import type { Blocker } from '../blockers';
import type { RunEvent } from '../events';
import { evolveRun } from '../evolve';
import { stageIn } from '../stages';
import type { Run, RunStage } from '../state';

type DataOf<Type extends RunEvent['type']> = Omit<
  Extract<RunEvent, { type: Type }>['data'],
  'application' | 'run'
>;

/** One decision in the making: its events, and the state that follows from them, which the next rule looks at. */
export class Step {
  readonly events: RunEvent[] = [];
  readonly seen: ReadonlyMap<string, Observation>;
  /** What keeps clusters from going on, by identity: filled by the rules that hold them. */
  readonly keptBack = new Map<string, Blocker>();

  constructor(
    public run: Run,
    /** Milliseconds since the epoch. */
    readonly now: number,
    readonly fleet: readonly Observation[] = [],
  ) {
    this.seen = new Map(fleet.map((observation) => [observation.cluster, observation]));
  }

  get at(): string {
    return new Date(this.now).toISOString();
  }

  stage(name: string): RunStage {
    const stage = stageIn(this.run, name);
    if (!stage) throw new Error(`run ${this.run.run} has no stage ${name}`);
    return stage;
  }

  emit<Type extends RunEvent['type']>(type: Type, data: DataOf<Type>): void {
    const { application, run } = this.run;
    const event = { type, data: { application, run, ...data } } as unknown as RunEvent;
    this.events.push(event);
    this.run = evolveRun(this.run, event) as Run;
  }
}
