import type { KubeObject, RepairStep } from '@keelson/domain';
import { ApiError, classify, cordonNode, NodeDrain, uncordonNode, type ClusterClient } from '@keelson/k8s';
import type { Logger } from 'pino';
import { mayBeHeard } from '../callbacks';
import { backoffMs } from '../kernel/backoff';
import { KeyedWork } from '../kernel/keyed-work';
import { Timers } from '../kernel/timers';
import type { RepairLog } from './repair-log';
import { requestRepair, type RequestDeps } from './request-repair';

/** Nodes of a cluster that are worked on at once; one request at a time each, so that none waits for another's budgets. */
const NODES_AT_ONCE = 4;
/** Apart from the cluster's work: a repair system that does not answer delays no drain. */
const CALLS_AT_ONCE = 2;
const RETRY = { base: 500, cap: 15_000 };
/** For ever, until the repair system acknowledges. */
const CALL_AGAIN = { base: 1_000, cap: 300_000 };

export interface RepairWorkOptions extends RequestDeps {
  readonly cluster: string;
  readonly client: ClusterClient;
  readonly signal: AbortSignal;
  readonly log: RepairLog;
  readonly logger: Logger;
  /** The answer to our own write of a Node. */
  readonly took: (node: KubeObject) => void;
  /** Something was done that a decision may wait for. */
  readonly done: () => void;
}

/**
 * Does the steps that are wanted of a cluster's nodes, until others are wanted. Nothing that it remembers is needed: a
 * restart asks again what is wanted, and every step may be done twice.
 */
export class RepairWork {
  private wanted = new Map<string, RepairStep>();
  private readonly drains = new Map<string, { repair: string; drain: NodeDrain; left?: number }>();
  private readonly attempts = new Map<string, number>();
  private readonly work: KeyedWork;
  private readonly calls: KeyedWork;
  private readonly again = new Timers((node) => this.ask(node));

  constructor(private readonly options: RepairWorkOptions) {
    const perform = (node: string): Promise<void> =>
      this.perform(node).catch((error: unknown) => this.stuck(node, error));
    const failed = (node: string, error: unknown): void => this.failed(node, error);
    this.work = new KeyedWork(perform, NODES_AT_ONCE, failed);
    this.calls = new KeyedWork(perform, CALLS_AT_ONCE, failed);
  }

  /** From now on exactly these are wanted; those that were wanted before go on at their own pace. */
  want(steps: readonly RepairStep[]): void {
    const before = this.wanted;
    this.wanted = new Map(steps.map((step) => [step.node, step]));
    for (const [node, { repair }] of this.drains) {
      const step = this.wanted.get(node);
      if (step?.type !== 'Drain' || step.repair !== repair) this.drains.delete(node);
    }
    for (const node of before.keys()) if (!this.wanted.has(node)) this.forget(node);
    for (const step of steps) {
      if (gistOf(step) === gistOf(before.get(step.node))) continue;
      this.forget(step.node);
      this.ask(step.node);
    }
  }

  /** Pods that must still leave a node; undefined while it has not been looked at for this repair. */
  podsLeft(node: string): number | undefined {
    return this.drains.get(node)?.left;
  }

  async stop(): Promise<void> {
    this.again.clear();
    await Promise.all([this.work.close(), this.calls.close()]);
  }

  private ask(node: string): void {
    const step = this.wanted.get(node);
    if (step) (step.type === 'Request' ? this.calls : this.work).ask(node);
  }

  private forget(node: string): void {
    this.attempts.delete(node);
    this.again.cancel(node);
  }

  private async perform(node: string): Promise<void> {
    const { client, signal, took } = this.options;
    const step = this.wanted.get(node);
    if (!step || signal.aborted) return;
    switch (step.type) {
      case 'Cordon':
      case 'Uncordon': {
        const change = step.type === 'Cordon' ? cordonNode : uncordonNode;
        const live = await change(client, step, signal);
        if (live) took(live);
        break;
      }
      case 'Drain':
        return this.drain(step);
      case 'Request':
        return this.request(step);
    }
    // The attempt count stands until the effect shows: what does not, such as a cordon that somebody lifts, is slowed.
    this.later(node, RETRY);
    this.options.done();
  }

  private async drain({ node, uid, repair, force }: Extract<RepairStep, { type: 'Drain' }>): Promise<void> {
    const { client, signal, log, cluster } = this.options;
    let entry = this.drains.get(node);
    if (!entry) this.drains.set(node, (entry = { repair, drain: new NodeDrain(client, { node, uid }) }));
    const { left, held, deleted, againMs } = await entry.drain.pass(force, performance.now(), signal);
    const of = { cluster, node, repair, now: Date.now() };
    if (deleted.length > 0) await log.tell({ type: 'RecordForceDeleted', ...of, pods: deleted });
    if (held) await log.decide(await log.read(), { type: 'RecordHeld', ...of, ...held });
    this.attempts.delete(node);
    if (!signal.aborted) this.again.set(node, againMs);
    if (entry.left === left) return;
    entry.left = left;
    this.options.done();
  }

  private async request(step: Extract<RepairStep, { type: 'Request' }>): Promise<void> {
    const { cluster, signal, log, done } = this.options;
    const { node, repair, callback } = step;
    const of = { cluster, node, repair };
    const { repairs } = await log.tell({ type: 'BeginRequest', ...of, now: Date.now() });
    const begun = repairs[node];
    // It has ended, was acknowledged, given up or is repaired, since this step was wanted.
    const isOver = begun?.cancelled !== undefined || begun?.repairedAt !== undefined;
    if (begun?.repair !== repair || !begun.requesting || isOver) return done();
    try {
      await requestRepair(this.options, { cluster, ...step }, signal);
    } catch (error) {
      if (signal.aborted) return;
      const { message } = classify(error);
      const unanswered = mayBeHeard(error);
      await log.tell({ type: 'RecordRequestFailed', ...of, message, unanswered, now: Date.now() });
      this.later(node, CALL_AGAIN);
      return done();
    }
    await log.tell({ type: 'RecordRequested', ...of, url: callback.url, now: Date.now() });
    done();
  }

  /** What the API server will not have, such as for want of a permission, is for people to know. */
  private async stuck(node: string, error: unknown): Promise<never> {
    const step = this.wanted.get(node);
    const { kind, message } = classify(error);
    if (step && error instanceof ApiError && kind === 'terminal') {
      const { cluster, log } = this.options;
      const pods = this.podsLeft(node) ?? 0;
      const of = { cluster, node, repair: step.repair, now: Date.now() };
      await log.decide(await log.read(), { type: 'RecordHeld', ...of, pods, message });
    }
    throw error;
  }

  private failed(node: string, err: unknown): void {
    const { cluster, signal, logger } = this.options;
    const step = this.wanted.get(node)?.type;
    if (signal.aborted || !step) return;
    logger.warn({ cluster, node, step, err }, 'a node could not be attended to; it is tried again');
    this.later(node, RETRY);
  }

  private later(node: string, pace: { readonly base: number; readonly cap: number }): void {
    if (this.options.signal.aborted) return;
    const attempt = this.attempts.get(node) ?? 0;
    this.attempts.set(node, attempt + 1);
    this.again.set(node, backoffMs(attempt, pace));
  }
}

/** What makes a step another one. */
const gistOf = (step: RepairStep | undefined): string => {
  if (!step) return '';
  const { type, uid, repair } = step;
  return JSON.stringify([
    type,
    uid,
    repair,
    'force' in step && step.force,
    'callback' in step && step.callback,
  ]);
};
