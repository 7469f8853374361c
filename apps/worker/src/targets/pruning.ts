import { isBudget, isReferredToByPods, keyOf, type Delay, type ObjectRef } from '@keelson/domain';
import { prune, type Classified, type Pruned } from '@keelson/k8s';
import { backoffMs } from '../kernel/backoff';
import { deleteWaves } from './delete-waves';
import type { Desired, InventoryItem } from './desired';
import type { TargetHost } from './target-host';

/** Outcomes of a prune after which nothing is owed any more. */
const SETTLED: ReadonlySet<Pruned['outcome']> = new Set(['Deleted', 'Gone', 'Kept']);

const RETRY = { base: 250, cap: 15_000 };
const RETRY_REFUSED = { base: 15_000, cap: 300_000 };
/** Of waits that end by themselves, or by news from elsewhere: asking often brings nothing. */
const SLOW: ReadonlySet<Waits> = new Set(['refused', 'stale', 'pods']);

/** Most of what is being deleted is gone within this; only what takes longer is worth telling of. */
const PATIENCE_MS = 1_000;

/**
 * What an owed object that is still there waits for. `pods`: those of an earlier plan may need it. `stale`: a newer plan
 * has it. This worker is behind, and what the read model is about to say is another matter: not owed at all, or owed
 * anew.
 */
type Waits = 'underWay' | 'inUse' | 'pods' | 'refused' | 'failed' | 'stale';

export interface PruneWhen {
  /** Which of the owed objects; all unless told. */
  readonly which?: (ref: ObjectRef) => boolean;
  /** Why pods of an earlier plan may still run: then nothing goes that such a pod could not start without. */
  readonly earlierPods?: () => string | undefined;
}

/** An owed object that was looked at and is still there. */
interface Open {
  readonly since: number;
  readonly attempts: number;
  readonly due: number;
  readonly waits: Waits;
}

/**
 * Deletes what one target owes, and comes back for what is not gone yet, each object in its own time: one that is
 * refused does not keep the others, and is not asked for again with each of their changes.
 */
export class Pruning {
  private readonly open = new Map<string, Open>();
  /** Owed no more, and not yet known to the read model. */
  private readonly settled = new Set<string>();
  private readonly told = new Map<string, string>();
  private served: AbortSignal | undefined;

  constructor(private readonly host: TargetHost) {}

  /** An owed object was seen to change. Answers whether that is worth a look. */
  saw(item: InventoryItem): boolean {
    return this.hurry((open, id) => id === idOf(item) && open.waits === 'underWay');
  }

  /**
   * Budgets that are owed, before those of the plan are applied. While two budgets select a pod the API server
   * answers every eviction of it with 500, which ends a drain; without one for a moment, an eviction just passes.
   */
  pruneBudgets(desired: Desired): Promise<void> {
    return this.prune(desired, { which: isBudget });
  }

  async prune(
    { application, generation, inventory }: Desired,
    { which = () => true, earlierPods = () => undefined }: PruneWhen = {},
  ): Promise<void> {
    const owed = inventory.filter(({ wanted }) => !wanted);
    this.forget(new Set(owed.map(idOf)));
    // The cluster was away: whatever it waited for may have happened, and nobody waits for it to be tried.
    if (this.served !== this.host.signal) this.hurry(({ waits }) => !SLOW.has(waits));
    this.served = this.host.signal;
    const ofPods = new Set(owed.filter(({ ref }) => which(ref) && isReferredToByPods(ref)).map(idOf));
    const reason = ofPods.size > 0 ? earlierPods() : undefined;
    if (reason === undefined) this.hurry(({ waits }, id) => waits === 'pods' && ofPods.has(id));
    const isNeeded = (item: InventoryItem) => reason !== undefined && ofPods.has(idOf(item));
    const now = performance.now();
    const due = owed.filter((item) => which(item.ref) && this.isDue(item, now));
    const looked = due
      .filter(isNeeded)
      .map((item): Looked => ({ ref: item.ref, item, outcome: 'InUse', reason: reason ?? '' }));
    for (const wave of deleteWaves(due.filter((item) => !isNeeded(item)))) {
      const { deps, signal } = this.host;
      const pruned = await prune(deps, wave, { application, generation, signal });
      looked.push(...pruned.map((what, index) => ({ ...what, item: wave[index]! })));
    }
    for (const what of looked) this.note(what, now);
    if (looked.some(isSettled)) this.hurry(({ waits }) => waits === 'inUse');
    this.comeBack(application, owed);
    await this.tell(application, looked);
  }

  private isDue(item: InventoryItem, now: number): boolean {
    const id = idOf(item);
    return !this.settled.has(id) && (this.open.get(id)?.due ?? 0) <= now;
  }

  /** Makes due what the condition holds for; answers whether that was any. */
  private hurry(condition: (open: Open, id: string) => boolean): boolean {
    let any = false;
    for (const [id, open] of this.open) {
      if (!condition(open, id)) continue;
      this.open.set(id, { ...open, due: 0 });
      any = true;
    }
    return any;
  }

  private forget(owed: ReadonlySet<string>): void {
    for (const known of [this.open, this.settled, this.told])
      for (const id of known.keys()) if (!owed.has(id)) known.delete(id);
  }

  private note(looked: Looked, now: number): void {
    const id = idOf(looked.item);
    if (isSettled(looked)) {
      this.host.deps.memory.forget(looked.ref);
      this.open.delete(id);
      return;
    }
    const waits = waitsFor(looked);
    const before = this.open.get(id);
    const isNew = waits === 'stale' && before?.waits !== 'stale';
    const { since = now, attempts = 0 } = (isNew ? undefined : before) ?? {};
    const { error } = looked;
    if (error && isAway(error)) {
      this.host.suspect(error);
      this.open.set(id, { since, attempts, due: now + RETRY.base, waits: 'failed' });
      return;
    }
    const wait = waits === 'pods' ? untilTold(now - since) : backoffMs(attempts, paceOf(waits));
    const due = now + Math.max(error?.retryAfterMs ?? 0, wait);
    this.open.set(id, { since, attempts: attempts + 1, due, waits });
  }

  private comeBack(application: string, owed: readonly InventoryItem[]): void {
    const next = Math.min(...owed.map((item) => this.open.get(idOf(item))?.due ?? Infinity));
    if (Number.isFinite(next)) this.host.again(application, Math.max(0, next - performance.now()));
  }

  /** One append for all that was seen, and none when it was told before. */
  private async tell(application: string, looked: readonly Looked[]): Promise<void> {
    const done = looked.filter(isSettled);
    const delays = looked.flatMap((what) => this.delayOf(what) ?? []);
    const news = delays.filter(({ id, delay }) => this.told.get(id) !== JSON.stringify(delay));
    if (done.length + news.length === 0) return;
    const kept = done.flatMap(({ item: { ref: object }, outcome, reason }) =>
      outcome === 'Kept' && reason !== undefined ? [{ object, reason }] : [],
    );
    const objects = done.map(({ item }) => item.ref);
    const asOf = Math.max(...done.map(({ item }) => item.position));
    await this.host.recorder.record(
      application,
      this.host.cluster,
      { type: 'RecordPruned', objects, asOf, ...(kept.length > 0 ? { kept } : {}) },
      { type: 'RecordDelays', objects: news.map(({ delay }) => delay) },
    );
    // Not before it is recorded: what the log does not know is looked at again.
    for (const { item } of done) this.settled.add(idOf(item));
    for (const { id, delay } of news) this.told.set(id, JSON.stringify(delay));
  }

  private delayOf(looked: Looked): { id: string; delay: Delay } | undefined {
    const { item, error } = looked;
    const id = idOf(item);
    const open = this.open.get(id);
    // That the cluster is away is said of the cluster.
    if (!open || (error && isAway(error))) return undefined;
    if (!error && performance.now() - open.since < PATIENCE_MS) return undefined;
    return { id, delay: delayOf(looked) };
  }
}

interface Looked extends Pruned {
  readonly item: InventoryItem;
}

const isSettled = ({ outcome }: Looked): boolean => SETTLED.has(outcome);

const paceOf = (waits: Waits) => (SLOW.has(waits) ? RETRY_REFUSED : RETRY);

/** Once more, to tell of it, and not again: whatever changes the pods has the target attended to. */
const untilTold = (ageMs: number): number => (ageMs < PATIENCE_MS ? PATIENCE_MS - ageMs : Infinity);

const isAway = ({ kind }: Classified): boolean => kind === 'unreachable' || kind === 'unauthorized';

const waitsFor = ({ ref, outcome, error }: Looked): Waits => {
  if (error) return error.kind === 'terminal' ? 'refused' : 'failed';
  if (outcome === 'Stale') return 'stale';
  if (outcome !== 'InUse') return 'underWay';
  return isReferredToByPods(ref) ? 'pods' : 'inUse';
};

const delayOf = ({ item, outcome, reason = '', finalizers = [], error }: Looked): Delay => {
  const object = item.ref;
  if (error)
    return { object, reason: error.kind === 'terminal' ? 'Refused' : 'Failed', message: error.message };
  if (outcome === 'InUse') return { object, reason: 'InUse', message: reason };
  if (outcome === 'Stale') return { object, reason: 'Failed', message: 'a newer plan has applied it' };
  return finalizers.length > 0
    ? { object, reason: 'Finalizers', message: `held by ${finalizers.join(', ')}`, finalizers }
    : { object, reason: 'Terminating', message: 'it is being deleted' };
};

/** An object that is owed once more after it was settled is another matter. */
const idOf = ({ ref, position }: InventoryItem): string => `${keyOf(ref)}@${position}`;
