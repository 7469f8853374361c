import { isBudget, keyOf, type ObjectRef } from '@keelson/domain';
import { prune, type Classified } from '@keelson/k8s';
import { backoffMs } from '../kernel/backoff';
import { deleteWaves } from './delete-waves';
import type { Desired } from './desired';
import type { TargetHost } from './target-host';

/** Outcomes of a prune after which nothing is owed any more. */
const SETTLED: ReadonlySet<string> = new Set(['Deleted', 'Gone', 'NotOurs', 'Stale']);

const RETRY = { base: 1_000, cap: 15_000 };

/** Deletes what one target owes, and comes back for what is not gone yet. */
export class Pruning {
  private attempts = 0;
  /** What was recorded as gone at a generation; the read model may not say so yet. */
  private settled = { generation: -1, keys: new Set<string>() };

  constructor(private readonly host: TargetHost) {}

  /**
   * Budgets that are owed, before those of the plan are applied. While two budgets select a pod the API server
   * answers every eviction of it with 500, which ends a drain; without one for a moment, an eviction just passes.
   */
  pruneBudgets(desired: Desired): Promise<void> {
    return this.prune(desired, isBudget);
  }

  async prune(
    { application, generation, inventory }: Desired,
    which: (ref: ObjectRef) => boolean = () => true,
  ): Promise<void> {
    if (this.settled.generation !== generation) this.settled = { generation, keys: new Set() };
    const { keys } = this.settled;
    const owed = inventory.filter(({ ref, wanted }) => !wanted && which(ref) && !keys.has(keyOf(ref)));
    if (owed.length === 0) return;
    const gone: ObjectRef[] = [];
    let waiting: Classified | undefined;
    let open = 0;
    for (const wave of deleteWaves(owed)) {
      for (const { ref, outcome, error } of await prune(this.host.deps, wave, {
        application,
        generation,
        signal: this.host.signal,
      })) {
        if (SETTLED.has(outcome)) gone.push(ref);
        else open += 1;
        waiting ??= error;
      }
    }
    for (const ref of gone) this.host.deps.memory?.forget(ref);
    this.attempts = open === 0 || gone.length > 0 ? 0 : this.attempts + 1;
    if (open > 0) this.host.again(application, backoffMs(this.attempts, RETRY));
    if (waiting?.kind === 'unreachable' || waiting?.kind === 'unauthorized') this.host.suspect(waiting);
    await this.host.recorder.record(application, this.host.cluster, { type: 'RecordPruned', objects: gone });
    // Not before it is recorded: a database that is away now must not make us believe that it knows.
    for (const ref of gone) keys.add(keyOf(ref));
  }
}
