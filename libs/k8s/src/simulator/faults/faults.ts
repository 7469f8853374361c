import { type Socket } from 'node:net';
import { Ids } from '../ids';
import { type Fate, GOOD_FATE, type RequestKind, drawFate, refusalOf } from './fate';
import { type FaultPlan } from './fault-plan';

const HEALTHY: FaultPlan = {};

/**
 * What is made to go wrong with a cluster's API server. `set` replaces the whole plan, `change` a part of it, and
 * `set({})` heals; all of it holds from the next request on, and from now on for open connections where the plan
 * says so.
 */
export class Faults {
  private current: FaultPlan = HEALTHY;
  private refusalsLeft = 0;
  private draws: Ids;
  private readonly sockets = new Set<Socket>();
  private readonly forgotten = new WeakSet<Socket>();

  /** @param seed without one the draws differ from run to run */
  constructor(seed: string | undefined) {
    this.draws = new Ids(seed);
  }

  get plan(): FaultPlan {
    return this.current;
  }

  set(plan: FaultPlan): void {
    const { stalled: wasStalled, forgets } = this.current;
    this.current = Object.keys(plan).length === 0 ? HEALTHY : plan;
    this.refusalsLeft = plan.refuse?.count ?? 0;
    if (plan.seed !== undefined) this.draws = new Ids(plan.seed);
    if (plan.stalled && !wasStalled) for (const socket of this.sockets) socket.cork();
    // What was never answered stays so: whoever still waits when the stall is over finds the connection dead.
    const isOver = wasStalled && !plan.stalled;
    if (isOver && forgets) for (const socket of this.sockets) this.forgotten.add(socket);
    if (plan.unreachable || (isOver && !forgets)) for (const socket of this.sockets) socket.destroy();
  }

  change(part: FaultPlan): void {
    const { seed: _, ...kept } = this.current;
    this.set({ ...kept, ...part });
  }

  /** Whether nothing is ever answered on this connection, as things are. */
  isSilent(socket: Socket): boolean {
    return this.current.stalled === true || this.forgotten.has(socket);
  }

  /** What happens to the next request. */
  fateOf(kind: RequestKind): Fate {
    if (this.current === HEALTHY) return GOOD_FATE;
    const fate = drawFate(this.current, kind, () => this.draws.next(2 ** 32) / 2 ** 32);
    const { refuse } = this.current;
    if (!refuse || this.refusalsLeft === 0) return fate;
    const refusal = refusalOf(refuse, kind);
    if (refusal) this.refusalsLeft -= 1;
    return { ...fate, refusal };
  }

  track(socket: Socket): void {
    this.sockets.add(socket);
    if (this.current.stalled) socket.cork();
  }

  forget(socket: Socket): void {
    this.sockets.delete(socket);
  }
}
