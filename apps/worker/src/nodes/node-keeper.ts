import {
  repairsWakeAt,
  repairSteps,
  type KubeObject,
  type NodeRepairs,
  type ObservedNode,
} from '@keelson/domain';
import type { EventStore } from '@keelson/event-store';
import { observeNode } from '@keelson/k8s';
import { backoffMs } from '../kernel/backoff';
import { KeyedWork } from '../kernel/keyed-work';
import { Timers } from '../kernel/timers';
import { policiesOf } from './nodes.queries';
import { RepairLog } from './repair-log';
import { RepairWork, type RepairWorkOptions } from './repair-work';
import { Sightings } from './sightings';

export interface NodeKeeperOptions extends Omit<RepairWorkOptions, 'log' | 'done'> {
  readonly store: EventStore;
  /** Every Node of the cluster as it is now; undefined while that is not known. */
  readonly nodes: () => Iterable<KubeObject> | undefined;
}

/** A timer that Node could not hold; it is only set anew then. */
const LONGEST_TIMER_MS = 86_400_000;
/** It costs no request to ask whether they are. */
const UNTIL_KNOWN_MS = 500;
const AGAIN = { base: 250, cap: 30_000 };

/**
 * Looks after the nodes of one cluster: records when they come and go, decides about repairs, and has them done. Each
 * pass looks at all of it, so that it may be asked for at any time; an unchanged cluster costs none.
 */
export class NodeKeeper {
  private readonly gists = new Map<string, string>();
  private readonly sightings: Sightings;
  private readonly log: RepairLog;
  private readonly repairs: RepairWork;
  private readonly passes: KeyedWork;
  private readonly alarm = new Timers(() => this.ask());
  private failures = 0;
  /** Something is faulty, under repair or halted, or the last pass failed: the sweep looks at it again. */
  private open = true;

  constructor(private readonly options: NodeKeeperOptions) {
    const { store, cluster } = options;
    this.sightings = new Sightings(store, cluster);
    this.log = new RepairLog(store, cluster);
    this.repairs = new RepairWork({ ...options, log: this.log, done: () => this.ask() });
    this.passes = new KeyedWork(
      () => this.pass(),
      1,
      (_, error) => this.stumbled(error),
    );
  }

  /** A heartbeat says nothing; whatever repairs look at asks for a pass. */
  saw(node: KubeObject, deleted: boolean): void {
    const { name } = node.metadata;
    const gist = deleted ? undefined : JSON.stringify(observeNode(node));
    if (this.gists.get(name) === gist) return;
    if (gist === undefined) this.gists.delete(name);
    else this.gists.set(name, gist);
    this.ask();
  }

  ask(): void {
    if (!this.options.signal.aborted) this.passes.ask('');
  }

  sweep(): void {
    if (this.open) this.ask();
  }

  async stop(): Promise<void> {
    this.alarm.clear();
    await this.passes.close();
    await this.repairs.stop();
  }

  private async pass(): Promise<void> {
    this.open = true;
    const { options } = this;
    const live = options.nodes();
    if (options.signal.aborted) return;
    if (!live) return this.alarm.set('', UNTIL_KNOWN_MS);
    const seen = await this.sightings.record([...live].map(observeNode));
    const [policies, before] = await Promise.all([
      policiesOf(options.store.pool, options.cluster),
      this.log.read(),
    ]);
    if (!policies) return this.rest();
    const nodes = seen.map((node) => this.withPods(node));
    const now = Date.now();
    const sight = { cluster: options.cluster, nodes, policies };
    const after = await this.log.decide(before, { type: 'AdvanceRepairs', now, sight });
    if (options.signal.aborted) return;
    const steps = repairSteps(after, sight, now);
    this.repairs.want(steps);
    const due = repairsWakeAt(after, sight, now);
    this.alarm.clear();
    if (due !== undefined) this.alarm.set('', Math.min(due - now, LONGEST_TIMER_MS));
    this.failures = 0;
    this.open = due !== undefined || steps.length > 0 || hasRepairs(after);
  }

  /** The cluster was forgotten, and is served for what is owed to it: its repairs stop where they are. */
  private rest(): void {
    this.repairs.want([]);
    this.alarm.clear();
    this.failures = 0;
    this.open = false;
  }

  private withPods(node: ObservedNode): ObservedNode {
    const podsLeft = this.repairs.podsLeft(node.node);
    return podsLeft === undefined ? node : { ...node, podsLeft };
  }

  private later(): void {
    this.alarm.set('', backoffMs(this.failures, AGAIN));
    this.failures += 1;
  }

  private stumbled(error: unknown): void {
    const { cluster, signal, logger } = this.options;
    if (signal.aborted) return;
    logger.warn({ cluster, err: error }, 'the nodes could not be looked after; they will be again');
    this.later();
  }
}

const hasRepairs = ({ repairs, halts }: NodeRepairs): boolean =>
  Object.keys(repairs).length + Object.keys(halts).length > 0;
