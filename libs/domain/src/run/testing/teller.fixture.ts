import type { Strategy } from '../../strategy';
import {
  dueMeasurements,
  isOver,
  situationOf,
  type Observation,
  type Run,
  type RunCommand,
  type RunEvent,
} from '../index';
import { Course } from './course.fixture';
import type { Happening } from './random-course.fixture';

/** One command, the state that it met, and what was decided. */
export interface Decided {
  readonly before: Run;
  readonly command: RunCommand;
  readonly events: readonly RunEvent[];
}

/** Plays a random tale: faults first, and from some time on a fleet that behaves and people who answer. */
export class Teller {
  readonly course: Course;
  readonly decided: Decided[] = [];
  private now = 0;
  private lastSeen: readonly Observation[] = [];

  constructor(strategy: Strategy, tiers: readonly string[], rollback: boolean) {
    const clusters = Object.fromEntries(tiers.map((tier, index) => [`c${index}`, tier]));
    this.course = new Course(clusters, strategy, rollback ? { rollback } : {});
  }

  get millis(): number {
    return this.course.now + this.now * 1000;
  }

  get over(): boolean {
    return isOver(this.course.run.phase);
  }

  happen(happening: Happening): void {
    const { fleet, run } = this.course;
    const name =
      'cluster' in happening && happening.cluster !== undefined ? this.pick(happening.cluster) : undefined;
    switch (happening.type) {
      case 'time':
        this.now += happening.seconds;
        break;
      case 'join':
        fleet.join(`j${this.decided.length}`, happening.tier, happening.release);
        break;
      case 'measure':
        for (const { stage, side, gate, index } of dueMeasurements(run, this.millis)) {
          const measurement = { outcome: happening.outcome };
          this.decide({ type: 'RecordMeasurement', stage, side, gate, index, measurement, now: this.millis });
        }
        break;
      case 'act': {
        const cluster = name ? { cluster: name } : {};
        const stage = happening.stage ? { stage: happening.stage } : {};
        const { action } = happening;
        this.decide({
          type: 'ActOnRun',
          action,
          ...cluster,
          ...stage,
          by: 'ann',
          why: 'x',
          now: this.millis,
        });
        break;
      }
      case 'stale':
        this.decide({ type: 'AdvanceRun', fleet: this.lastSeen, now: this.millis });
        break;
      default:
        if (name) this.strike(happening, name);
    }
    this.look();
  }

  /** The fleet does what it is told, and whoever is asked answers; true when the run ended. */
  endsWell(): boolean {
    const { fleet } = this.course;
    for (let round = 0; round < 400 && !this.over; round += 1) {
      for (const name of fleet.names) {
        const seen = fleet.of(name);
        fleet.find(name);
        fleet.block(name);
        delete seen.failure;
        const isJudged = seen.health?.generation === seen.generation && seen.health.status === 'Current';
        if (!isJudged || seen.appliedGeneration !== seen.generation) {
          fleet.become(name, 'Current', this.millis);
        }
      }
      this.look();
      this.answer();
      this.now += 5;
    }
    return this.over;
  }

  private answer(): void {
    const situation = situationOf(this.course.run);
    const action = (
      {
        AwaitingApproval: 'approve',
        'Paused: Requested': 'resume',
        'Paused: GateFailed': 'retry',
        'Paused: Inconclusive': 'approve',
      } as const
    )[situation as string];
    if (action) this.decide({ type: 'ActOnRun', action, by: 'ann', now: this.millis });
    this.happen({ type: 'measure', outcome: 'Successful' });
  }

  private strike(happening: Happening, name: string): void {
    const { fleet } = this.course;
    const seen = fleet.of(name);
    switch (happening.type) {
      case 'health':
        return fleet.become(name, happening.status, this.millis, happening.status);
      case 'refused':
        seen.failure = { generation: seen.generation, terminal: true, message: 'Invalid' };
        return;
      case 'replan':
        return fleet.replan(name);
      case 'lag':
        seen.appliedGeneration = seen.generation;
        return;
      case 'lose':
        return fleet.lose(name);
      case 'find':
        return fleet.find(name);
      case 'leave':
        return fleet.leave(name);
      case 'block':
        return fleet.block(name, ...happening.blockers);
      default:
        return;
    }
  }

  private look(): void {
    this.lastSeen = this.course.fleet.look();
    this.decide({ type: 'AdvanceRun', fleet: this.lastSeen, now: this.millis });
  }

  private decide(command: RunCommand): void {
    const before = this.course.run;
    const decision = this.course.decide(command);
    this.decided.push({ before, command, events: decision.ok ? decision.events : [] });
  }

  private pick(index: number): string | undefined {
    const { names } = this.course.fleet;
    return names[index % names.length];
  }
}
