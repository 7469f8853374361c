import {
  advanceRepairs,
  changeTally,
  emptyTally,
  nodeRepairDecider,
  noRepairs,
  onlineRate,
  repairsWakeAt,
  repairSteps,
  type NodeRepairCommand,
  type NodeRepairEvent,
  type NodeRepairPolicy,
  type NodeRepairs,
  type ObservedNode,
  type OnlineTally,
  type RepairStep,
} from '@keelson/domain';
import { Agenda } from './agenda';
import { DAY, DAYS, END, Fate, HOUR, MINUTE, NODES, START, STORM, type Failure } from './fate';

/** Who does something about a failed node. */
export type Care = 'Keelson' | 'WorkingDays' | 'Mondays' | 'Nobody';

const POLICY: NodeRepairPolicy = {
  policy: 'hardware',
  notReadyFor: '5m',
  maxUnhealthy: '20%',
  maxConcurrent: 3,
  stormCooldown: '10m',
  forceDeleteAfter: '5m',
  callback: { url: 'https://repair.example/nodes' },
};

/** From a write to when the watch shows it. */
const SHOWN_MS = 1_000;
const DRAIN_MS = 15_000;
/** Ten of a node's twenty pods have budgets that the loss of this node uses up. */
const PODS = { free: 10, tight: 10 };

interface Machine {
  seen: ObservedNode;
  readonly fate: Fate;
  failure?: Failure;
  /** Reasons for being away: a failure, a flap, the storm. */
  away: number;
  pods: { free: number; tight: number };
  online: boolean;
}

export interface Counts {
  failures: number;
  repairs: number;
  evicted: number;
  held: number;
  forced: number;
  storms: number;
  calls: number;
}

/** One cluster through the quarter, in virtual time, by the very functions that a worker runs. */
export class SimulatedQuarter {
  readonly counts: Counts = { failures: 0, repairs: 0, evicted: 0, held: 0, forced: 0, storms: 0, calls: 0 };
  /** Online rate of each 30 days. */
  readonly tallies: OnlineTally[] = [];
  private tally: OnlineTally = emptyTally(START);
  private now = START;
  private state: NodeRepairs = noRepairs;
  private readonly agenda = new Agenda();
  private readonly machines: Machine[];
  private readonly busy = new Map<string, string>();
  private wakes = Infinity;

  constructor(
    seed: number,
    private readonly cluster: number,
    private readonly care: Care,
  ) {
    this.machines = Array.from({ length: NODES }, (_, index) => this.machine(seed, index));
    for (const machine of this.machines) this.deal(machine);
    if (cluster === STORM.cluster) {
      for (const machine of this.machines) this.spell(machine, STORM.from, STORM.to);
    }
    // At midnight the window is the 30 whole days before.
    for (let day = 30; day <= DAYS; day += 30)
      this.agenda.enter(START + day * DAY, () => this.tallies.push(this.tally));
  }

  run(): void {
    while (this.agenda.next(END + 1, (at) => (this.now = at)));
  }

  private machine(seed: number, index: number): Machine {
    this.tally = changeTally(this.tally, { at: START, total: 1, online: 1 });
    const node = `n${index}`;
    const seen = {
      node,
      uid: node,
      labels: {},
      ready: true,
      since: START,
      conditions: [],
      unschedulable: false,
    };
    return { seen, fate: new Fate(seed, this.cluster, index), away: 0, pods: { ...PODS }, online: true };
  }

  private deal(machine: Machine): void {
    this.failLater(machine);
    for (const { from, to } of machine.fate.flapping()) this.spell(machine, from, to);
  }

  private spell(machine: Machine, from: number, to: number): void {
    this.agenda.enter(from, () => this.goAway(machine));
    this.agenda.enter(to, () => this.comeBack(machine));
  }

  private failLater(machine: Machine): void {
    const at = this.now + machine.fate.worksFor();
    this.agenda.enter(at, () => {
      this.counts.failures += 1;
      machine.failure = machine.fate.fails();
      this.goAway(machine);
      const begins = this.found();
      if (begins !== undefined)
        this.agenda.enter(begins + machine.failure.repairMs, () => this.mend(machine));
    });
  }

  /** When a person begins to repair what fails now; undefined where nobody, or Keelson, looks after it. */
  private found(): number | undefined {
    if (this.care === 'Nobody' || this.care === 'Keelson') return undefined;
    const workdays = this.care === 'Mondays' ? [1] : [1, 2, 3, 4, 5];
    let at = Math.floor(this.now / DAY) * DAY + 9 * HOUR;
    while (at < this.now || !workdays.includes(new Date(at).getUTCDay())) at += DAY;
    return at;
  }

  private mend(machine: Machine): void {
    delete machine.failure;
    this.comeBack(machine);
    this.failLater(machine);
  }

  private goAway(machine: Machine): void {
    machine.away += 1;
    if (machine.away === 1) this.set(machine, { ready: false, since: this.now });
  }

  private comeBack(machine: Machine): void {
    machine.away -= 1;
    if (machine.away === 0) this.set(machine, { ready: true, since: this.now });
  }

  private set(machine: Machine, change: Partial<ObservedNode>): void {
    machine.seen = { ...machine.seen, ...change };
    this.count(machine);
    this.look();
  }

  private count(machine: Machine): void {
    const online = machine.seen.ready && !Object.hasOwn(this.state.repairs, machine.seen.node);
    if (online === machine.online) return;
    machine.online = online;
    this.tally = changeTally(this.tally, { at: this.now, total: 0, online: online ? 1 : -1 });
  }

  private look(): void {
    if (this.care !== 'Keelson') return;
    const sight = {
      cluster: `c${this.cluster}`,
      nodes: this.machines.map(({ seen }) => seen),
      policies: [POLICY],
    };
    for (const event of advanceRepairs(this.state, sight, this.now)) this.tell(event);
    for (const step of repairSteps(this.state, sight, this.now)) this.begin(step);
    const due = repairsWakeAt(this.state, sight, this.now);
    if (due === undefined || due >= this.wakes) return;
    this.wakes = due;
    this.agenda.enter(due, () => {
      this.wakes = Infinity;
      this.look();
    });
  }

  private tell(event: NodeRepairEvent): void {
    this.state = nodeRepairDecider.evolve(this.state, event);
    if (event.type === 'NodeRepairStarted') this.counts.repairs += 1;
    if (event.type === 'RepairsHalted') this.counts.storms += 1;
    if (event.type !== 'NodeRepairStarted' && event.type !== 'NodeRepairEnded') return;
    const machine = this.machineOf(event.data.node);
    this.count(machine);
    if (event.type === 'NodeRepairStarted') return;
    const { podsLeft: _, ...seen } = machine.seen;
    machine.seen = seen;
    machine.pods = { ...PODS };
  }

  /** A step that is under way is not begun again. */
  private begin(step: RepairStep): void {
    const what = `${step.type} ${step.repair}`;
    if (this.busy.get(step.node) === what) return;
    this.busy.set(step.node, what);
    this.agenda.enter(this.now + (step.type === 'Drain' ? DRAIN_MS : SHOWN_MS), () => {
      this.busy.delete(step.node);
      this.perform(step);
      this.look();
    });
  }

  private perform(step: RepairStep): void {
    const machine = this.machineOf(step.node);
    switch (step.type) {
      case 'Cordon':
        machine.seen = { ...machine.seen, unschedulable: true, cordonedFor: step.repair };
        return;
      case 'Uncordon': {
        const { cordonedFor: _, ...seen } = machine.seen;
        machine.seen = { ...seen, unschedulable: false };
        return;
      }
      case 'Drain':
        return this.drain(machine, step.force);
      case 'Request':
        return this.request(machine, step);
    }
  }

  /** Budgets that this very node uses up refuse until its pods are deleted; a silent node lets no evicted pod go. */
  private drain(machine: Machine, force: boolean): void {
    const { pods, failure } = machine;
    if (force) {
      this.counts.forced += pods.free + pods.tight;
      machine.pods = { free: 0, tight: 0 };
    } else if (machine.seen.ready) {
      this.counts.evicted += pods.free + pods.tight;
      machine.pods = { free: 0, tight: 0 };
    } else {
      this.counts.held += pods.tight;
      if (failure?.dead === false) {
        this.counts.evicted += pods.free;
        machine.pods = { ...pods, free: 0 };
      }
    }
    machine.seen = { ...machine.seen, podsLeft: machine.pods.free + machine.pods.tight };
  }

  private request(machine: Machine, { node, repair }: RepairStep): void {
    this.counts.calls += 1;
    this.decide({
      type: 'RecordRequested',
      cluster: `c${this.cluster}`,
      node,
      repair,
      url: 'u',
      now: this.now,
    });
    // A machine that was only unreachable is found well, and told so.
    this.agenda.enter(this.now + (machine.failure?.repairMs ?? 15 * MINUTE), () => {
      this.decide({ type: 'RecordRepaired', cluster: `c${this.cluster}`, node, by: 'repair', now: this.now });
      if (machine.failure) this.mend(machine);
      else this.look();
    });
  }

  private decide(command: NodeRepairCommand): void {
    const decision = nodeRepairDecider.decide(this.state, command);
    if (decision.ok) for (const event of decision.events) this.tell(event);
  }

  private machineOf(node: string): Machine {
    return this.machines[Number(node.slice(1))]!;
  }
}

/** Mean of the three 30-day rates: every one has the same node-time. */
export const quarterRate = (quarters: readonly SimulatedQuarter[]): { months: number[]; quarter: number } => {
  const months = [30, 60, 90].map(
    (day, index) =>
      onlineRate(
        quarters.map(({ tallies }) => tallies[index]!),
        START + day * DAY,
      ) ?? Number.NaN,
  );
  return { months, quarter: months.reduce((sum, rate) => sum + rate, 0) / months.length };
};
