import { isOver, type Run, type RunAction } from '@keelson/domain';
import { mayRestIn, stageOfOpenGate } from './faults-course';
import type { Dice } from '../../support/dice';
import type { Mischief } from './faults-mischief';
import { pictureOf } from './faults-picture';
import type { Witness } from './faults-witness';
import type { Fleet } from './fleet-harness';

/** However much goes wrong, a run ends, or asks somebody, within this, and a fleet that is healed converges. */
export const PATIENCE_MS = 120_000;
const ANSWERS_AT_MOST = 24;

/** Those whom runs ask: for approvals, and for what becomes of a run that is paused. */
export class People {
  /** What was done to each run: it may end by that, whatever its strategy says. */
  private readonly acted = new Map<string, Set<string>>();

  constructor(
    private readonly fleet: Fleet,
    private readonly witness: Witness,
    private readonly mischief: Mischief,
    private readonly dice: Dice,
    private readonly tell: (what: string) => void,
  ) {}

  /** It ends, or goes on only when somebody answers. */
  rests(run: string): boolean {
    const { phase } = this.witness.run(run);
    return isOver(phase) || phase === 'Paused' || phase === 'AwaitingApproval';
  }

  /** Lets runs come to rest together, because one may wait for another; whichever asks is answered until all are over. */
  async seeToTheEnd(...runs: string[]): Promise<void> {
    const isDone = (run: string): boolean => isOver(this.witness.run(run).phase);
    const asks = (): string | undefined => runs.find((run) => this.rests(run) && !isDone(run));
    for (let answers = 0; ; answers += 1) {
      const seen = await this.witness.sees(() => runs.every(isDone) || asks() !== undefined, PATIENCE_MS);
      const states = runs.map((run) => this.witness.run(run));
      if (!seen)
        throw new Error(
          `they neither end nor ask: ${JSON.stringify(states)}\n${await this.pictures(states)}`,
        );
      for (const { run, phase, reason = '' } of states) this.tell(`${run} is ${phase} ${reason}`);
      for (const state of states.filter(({ run }) => this.rests(run)))
        expect(mayRestIn(state, this.actedOn(state.run))).toContain(state.phase);
      const asking = asks();
      if (asking === undefined) return;
      if (answers === ANSWERS_AT_MOST) throw new Error(`${asking} asks again and again`);
      if (answers >= ANSWERS_AT_MOST / 4) await this.mischief.heal();
      await this.answer(asking, answers >= ANSWERS_AT_MOST / 2);
    }
  }

  /** Answers what the run asks, if it asks; `kindly` so that it may go on. */
  async answer(run: string, kindly = false): Promise<void> {
    const state = this.witness.run(run);
    if (!this.rests(run) || isOver(state.phase)) return;
    const action = this.dice.pick<RunAction>(choices(state, kindly));
    const stage = action === 'skip' ? stageOfOpenGate(state) : undefined;
    const before = this.witness.position;
    // It may have gone on by itself in this very moment: a cluster recovered, or a newer run came.
    const taken = await this.fleet.act(run, action, stage === undefined ? {} : { stage }).then(
      ({ position }) => position,
      (error: Error) => (TOO_LATE.test(error.message) ? undefined : Promise.reject(error)),
    );
    this.tell(`${run}: ${action} ${stage ?? ''}${taken === undefined ? ' (too late)' : ''}`);
    if (taken !== undefined) this.actedOn(run).add(action);
    await this.witness.sees(() => this.witness.position >= (taken ?? before + 1), PATIENCE_MS);
  }

  /** Of the first clusters in which something is under way. */
  private async pictures(runs: readonly Run[]): Promise<string> {
    const clusters = runs.flatMap(({ stages }) => stages.flatMap(({ clusters }) => clusters));
    const underWay = clusters.filter(({ phase }) => phase === 'Progressing' || phase === 'RollingBack');
    const pictures = underWay.slice(0, 2).map(({ name }) => pictureOf(this.fleet, name));
    return (await Promise.all(pictures)).join('\n');
  }

  private actedOn(run: string): Set<string> {
    let acted = this.acted.get(run);
    if (!acted) this.acted.set(run, (acted = new Set()));
    return acted;
  }
}

const TOO_LATE = /not paused|nothing failed|is over|no gate waits|is through|going back already/;

const choices = ({ phase, paused }: Run, kindly: boolean): readonly RunAction[] => {
  if (phase === 'AwaitingApproval') return kindly ? ['approve'] : ['approve', 'approve', 'approve', 'reject'];
  switch (paused?.reason) {
    case 'GateFailed':
      return kindly ? ['skip'] : ['retry', 'retry', 'skip', 'rollback', 'abort'];
    case 'Inconclusive':
      return kindly ? ['approve'] : ['approve', 'approve', 'reject', 'retry', 'skip', 'rollback', 'abort'];
    default:
      return ['resume', 'retry', 'retry', 'rollback', 'abort'];
  }
};
