import fc from 'fast-check';
import { resolveShare } from '../kernel/share';
import { advanceRepairs } from './advance';
import { nodeRepairDecider } from './decider';
import type { NodeRepairEvent } from './events';
import { evolveRepairs, noRepairs } from './evolve';
import { faultOf, type ObservedNode } from './observation';
import type { NodeRepairPolicy } from './policy';
import type { NodeRepairs } from './state';
import { repairSteps, type RepairStep } from './steps';
import { MINUTE, node, NOON, policy } from './testing.spec';

interface Machine {
  seen: ObservedNode;
  foreign: boolean;
  pods: number;
  /** The repair whose call was heard, until its repair system is done. */
  heard?: string;
}

/** A cluster whose nodes do what the dice say, and a worker that does its steps, or dies before it does. */
class World {
  now = NOON;
  state: NodeRepairs = noRepairs;
  readonly machines: Machine[];
  readonly told: NodeRepairEvent[] = [];

  constructor(
    size: number,
    readonly policies: NodeRepairPolicy[],
  ) {
    this.machines = Array.from({ length: size }, (_, index) => ({
      seen: node(`n${index}`),
      foreign: false,
      pods: 2,
    }));
  }

  get sight() {
    return { cluster: 'eu', nodes: this.machines.map(({ seen }) => seen), policies: this.policies };
  }

  set(machine: Machine, change: Partial<ObservedNode>): void {
    machine.seen = { ...machine.seen, ...change };
  }

  ready(machine: Machine, ready: boolean): void {
    if (machine.seen.ready !== ready) this.set(machine, { ready, since: this.now });
  }

  look(): RepairStep[] {
    const { sight, now } = this;
    const events = advanceRepairs(this.state, sight, now);
    for (const event of events) {
      if (event.type === 'NodeRepairStarted') this.checkStart(event.data.policy ?? '');
      this.tell(event);
    }
    expect(advanceRepairs(this.state, sight, now)).toEqual([]);
    return repairSteps(this.state, sight, now);
  }

  tell(event: NodeRepairEvent): void {
    this.told.push(event);
    this.state = evolveRepairs(this.state, event);
  }

  perform({ type, node: name, repair }: RepairStep): void {
    const machine = this.machines.find(({ seen }) => seen.node === name)!;
    switch (type) {
      case 'Cordon':
        expect(Object.values(this.state.repairs).map((each) => each.repair)).toContain(repair);
        return this.set(machine, { unschedulable: true, cordonedFor: repair });
      case 'Uncordon': {
        expect(machine.seen.cordonedFor).toBe(repair);
        expect(machine.heard).not.toBe(repair);
        const { cordonedFor: _, ...seen } = machine.seen;
        machine.seen = { ...seen, unschedulable: machine.foreign };
        return;
      }
      case 'Drain':
        expect(machine.seen.unschedulable).toBe(true);
        machine.pods = Math.max(0, machine.pods - 1);
        return this.set(machine, { podsLeft: machine.pods });
      case 'Request':
        this.record(machine, 'BeginRequest');
        machine.heard = repair;
        // Now and then the worker dies before it can tell.
        if (this.now % (2 * MINUTE) === 0) this.record(machine, 'RecordRequested');
        return;
    }
  }

  record(machine: Machine, type: 'BeginRequest' | 'RecordRequested' | 'RecordRepaired'): void {
    const repair = this.state.repairs[machine.seen.node]?.repair ?? '';
    const command = { cluster: 'eu', node: machine.seen.node, now: this.now, repair, url: 'u', by: 'bot' };
    const decision = nodeRepairDecider.decide(this.state, { ...command, type });
    if (decision.ok) for (const event of decision.events) this.tell(event);
  }

  private checkStart(name: string): void {
    const by = this.policies.find((each) => each.policy === name)!;
    const faulty = this.machines.filter(({ seen }) => faultOf(by, seen)).length;
    expect(faulty).toBeLessThanOrEqual(resolveShare(by.maxUnhealthy, this.machines.length));
    expect(Object.keys(this.state.repairs).length).toBeLessThan(
      resolveShare(by.maxConcurrent, this.machines.length),
    );
    expect(Object.hasOwn(this.state.halts, name)).toBe(false);
  }
}

const happening = fc.record({
  what: fc.constantFrom(
    'fail',
    'fail',
    'recover',
    'repaired',
    'cordon',
    'uncordon',
    'replace',
    'storm',
    'idle',
  ),
  which: fc.nat({ max: 11 }),
  minutes: fc.nat({ max: 8 }),
  /** Steps that are done before the worker dies. */
  done: fc.nat({ max: 6 }),
});

const happen = (world: World, { what, which }: { what: string; which: number }): void => {
  const machine = world.machines[which % world.machines.length]!;
  switch (what) {
    case 'fail':
      return world.ready(machine, false);
    case 'recover':
      return world.ready(machine, true);
    case 'storm':
      return world.machines.slice(0, which).forEach((each) => world.ready(each, false));
    case 'repaired':
      delete machine.heard;
      return world.record(machine, 'RecordRepaired');
    case 'cordon': // By a person, who does not know of us.
      machine.foreign = true;
      return world.set(machine, { unschedulable: true });
    case 'uncordon': {
      machine.foreign = false;
      const { cordonedFor: _, ...seen } = machine.seen;
      machine.seen = { ...seen, unschedulable: false };
      return;
    }
    case 'replace': {
      machine.foreign = false;
      delete machine.heard;
      machine.pods = 2;
      machine.seen = node(machine.seen.node, { uid: `${machine.seen.uid}+`, since: world.now });
    }
  }
};

const limits = fc.record({
  maxConcurrent: fc.constantFrom(1, 2, '50%'),
  maxUnhealthy: fc.constantFrom(0, 1, '30%', '100%'),
});

describe('whatever happens to the nodes of a cluster', () => {
  it('no limit is ever passed, everybody else’s cordon stays, and all of it ends', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(limits, { minLength: 1, maxLength: 2 }),
        fc.array(happening, { maxLength: 40 }),
        (size, bounds, course) => {
          const policies = bounds.map((bound, index) => policy({ policy: `p${index}`, ...bound }));
          const world = new World(size, policies);
          for (const each of course) {
            happen(world, each);
            world.now += each.minutes * MINUTE;
            for (const step of world.look().slice(0, each.done)) world.perform(step);
          }
          // The weather clears, and the repair system does its work.
          for (let round = 0; round < 12; round += 1) {
            for (const machine of world.machines) {
              world.ready(machine, true);
              delete machine.heard;
              world.record(machine, 'RecordRepaired');
            }
            world.now += MINUTE;
            for (const step of world.look()) world.perform(step);
          }
          expect(world.state.repairs).toEqual({});
          expect(world.state.halts).toEqual({});
          expect(world.look()).toEqual([]);
          for (const { seen, foreign } of world.machines) {
            expect(seen.cordonedFor).toBeUndefined();
            expect(seen.unschedulable).toBe(foreign);
          }
          expect(world.told.reduce(evolveRepairs, noRepairs)).toEqual(world.state);
        },
      ),
      { numRuns: 150 },
    );
  });
});
