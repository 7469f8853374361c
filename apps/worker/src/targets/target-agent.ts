import {
  keyOf,
  refOf,
  type DriftChange,
  type KubeObject,
  type ObjectRef,
  type TargetPolicy,
} from '@keelson/domain';
import {
  applyPlan,
  ignoredPaths,
  patchChild,
  rememberByDryRun,
  removeChild,
  type ApplyRequest,
  type ChangeSet,
  type Classified,
} from '@keelson/k8s';
import { backoffMs } from '../kernel/backoff';
import type { Desired, InventoryItem } from './desired';
import { detectDrift } from './detect-drift';
import { judgeTarget, lookUp, withProgress } from './judge-target';
import { Pruning } from './pruning';
import { Steering, type Course } from './steering';
import type { TargetHost } from './target-host';
import { Verdicts } from './verdicts';

/** A watch opens within this time of its list, unless the cluster is in trouble. */
const UNTIL_WATCHED_MS = 100;

const RETRY = { base: 500, cap: 30_000 };
const RETRY_TERMINAL = { base: 15_000, cap: 300_000 };

/**
 * Keeps one application in one cluster as it is wanted. Level-based: `attend` looks at what is wanted and what is
 * there, and does what follows; it may be called at any time and any number of times.
 */
export class TargetAgent {
  private desired: Desired;
  /** The newest generation that this process knows the cluster to have. */
  private applied: number;
  private attempts = 0;
  /** Planned objects that were seen to differ, by key; put right by the next `attend`. */
  private readonly drifted = new Map<string, { ref: ObjectRef; changes: readonly DriftChange[] }>();
  /** Drift that the policy leaves in place, until it is gone. */
  private readonly reported = new Map<string, ObjectRef>();
  /** Whether everything that was applied by another process has been compared once. */
  private verified = false;
  private readonly steering: Steering;
  private readonly pruning: Pruning;
  private readonly verdicts: Verdicts;

  constructor(
    private readonly host: TargetHost,
    desired: Desired,
  ) {
    this.desired = desired;
    this.applied = desired.appliedGeneration;
    this.steering = new Steering(desired.application, host.deps.cache, host.children);
    this.pruning = new Pruning(host);
    this.verdicts = new Verdicts(host);
  }

  /** Takes what the read model wants now; an older answer that comes late is dropped. */
  want(desired: Desired): void {
    if (desired.generation < this.desired.generation) return;
    if (desired.generation > this.desired.generation) {
      this.attempts = 0;
      this.drifted.clear();
    }
    this.desired = desired;
  }

  /** An object of this application was seen to change. Answers whether it needs attending to. */
  saw(object: KubeObject, deleted: boolean): boolean {
    const { policy, hash } = this.desired;
    const item = this.itemOf(refOf(object));
    if (!item?.wanted) return item !== undefined;
    if (hash && policy.drift !== 'Ignore' && this.applied === this.desired.generation) {
      const changes = detectDrift(
        this.host.deps.memory,
        item.ref,
        object,
        deleted,
        ignoredPaths(policy.ignoreFields, item.ref),
      );
      if (changes.length > 0) this.drifted.set(keyOf(item.ref), { ref: item.ref, changes });
      else this.drifted.delete(keyOf(item.ref));
    }
    return true;
  }

  async attend(): Promise<void> {
    const { desired } = this;
    if (desired.hash && !desired.refused) {
      const plan = await this.host.contents.get(desired.hash);
      this.host.watch(plan.objects.map(refOf));
      const course = this.steering.course(desired, plan);
      if (course === 'unknown') this.host.again(desired.application, UNTIL_WATCHED_MS);
      else await this.follow(desired, course);
    }
    if (this.applied === desired.generation || !desired.hash) await this.pruning.prune(desired);
  }

  private async follow(desired: Desired, course: Course): Promise<void> {
    if (course.refused !== undefined) return this.refuse(desired, course.refused);
    if (this.applied < desired.generation) await this.apply(desired, course);
    else {
      await this.steer(desired, course);
      if (!this.verified) await this.verify(desired, course);
    }
    if (this.drifted.size > 0 && this.applied === desired.generation) await this.correct(desired, course);
    await this.settle(desired);
    await this.judge(desired, course);
  }

  /** Takes the step that is due, then looks again at what it led to. */
  private async steer(desired: Desired, { due, patches, removals }: Course): Promise<void> {
    if (due.length > 0) {
      // The plan is the same and the object is not: without its memory it is sent, not taken for settled.
      for (const object of due) this.host.deps.memory.forget(refOf(object));
      const changes = await this.send(desired, [due]);
      if (!changes.applied) return this.failed(desired, changes);
    }
    for (const patch of patches) {
      const patched = await patchChild(this.host.deps, patch, this.host.signal);
      if (patched) this.host.children.store(patched);
    }
    for (const removal of removals) await removeChild(this.host.deps, removal, this.host.signal);
    if (due.length + patches.length > 0) this.host.again(desired.application, 0);
  }

  private async refuse({ application, generation }: Desired, message: string): Promise<void> {
    await this.host.recorder.record(application, this.host.cluster, {
      type: 'RecordApplyFailed',
      generation,
      terminal: true,
      message,
    });
  }

  private async apply(desired: Desired, { waves }: Course): Promise<void> {
    const { application, generation, hash = '' } = desired;
    await this.pruning.pruneBudgets(desired);
    const changes = await this.send(desired, waves);
    if (!changes.applied) return this.failed(desired, changes);
    const planned = waves.flat();
    const objects = changes.changes.map(({ uid, outcome }, index) => ({
      ref: refOf(planned[index]!),
      outcome: outcome as 'Created' | 'Configured' | 'Unchanged' | 'TakenOver',
      ...(uid ? { uid } : {}),
    }));
    await this.host.recorder.record(application, this.host.cluster, {
      type: 'RecordApplied',
      generation,
      hash,
      objects,
    });
    // Not before it is recorded: a database that is away now must not make us believe that it knows.
    this.applied = generation;
    this.attempts = 0;
    this.verified = true;
    this.drifted.clear();
  }

  /**
   * What another process applied (this one before a restart, or the owner before this one) is compared once. The
   * memory of the API server's answers died with that process; dry runs bring it back without writing anything.
   */
  private async verify(desired: Desired, { waves }: Course): Promise<void> {
    const { application, generation, hash = '', namespace } = desired;
    for (const object of waves.flat()) {
      if (this.host.deps.memory.get(refOf(object))) continue;
      const live = lookUp(this.host.deps.cache, object, namespace);
      if (live === 'unknown') return this.host.again(application, UNTIL_WATCHED_MS);
      if (live !== 'absent')
        await rememberByDryRun(
          this.host.deps,
          { application, generation, hash, namespace },
          object,
          this.host.signal,
        );
      this.saw(live === 'absent' ? object : live, live === 'absent');
    }
    this.verified = true;
  }

  private async correct(desired: Desired, { waves }: Course): Promise<void> {
    const { application, policy } = desired;
    const found = [...this.drifted];
    const reports = found.map(([, { ref, changes }]) => ({
      type: 'RecordDrift' as const,
      object: ref,
      changes,
    }));
    if (policy.drift === 'Report') {
      await this.host.recorder.record(application, this.host.cluster, ...reports);
      for (const [key, { ref }] of found) this.reported.set(key, ref);
      return;
    }
    const wanted = waves.map((wave) => wave.filter((object) => this.drifted.has(keyOf(refOf(object)))));
    const changes = await this.send(desired, wanted);
    if (!changes.applied) {
      await this.host.recorder.record(application, this.host.cluster, ...reports);
      return this.failed(desired, changes);
    }
    await this.host.recorder.record(
      application,
      this.host.cluster,
      ...reports.flatMap((report) => [
        report,
        { type: 'RecordDriftCorrected' as const, object: report.object },
      ]),
    );
    for (const [key, was] of found) if (this.drifted.get(key) === was) this.drifted.delete(key);
  }

  /** Drift that was only reported and that somebody undid. */
  private async settle({ application }: Desired): Promise<void> {
    for (const [key, object] of this.reported) {
      if (this.drifted.has(key)) continue;
      await this.host.recorder.record(application, this.host.cluster, {
        type: 'RecordDriftCorrected',
        object,
      });
      this.reported.delete(key);
    }
  }

  private async send(desired: Desired, waves: readonly (readonly KubeObject[])[]): Promise<ChangeSet> {
    const { application, generation, hash = '', namespace, policy, inventory } = desired;
    const uids = new Map(inventory.map(({ ref, uid }) => [keyOf(ref), uid]));
    const changes = await applyPlan(
      { ...this.host.deps, recordedUid: (ref) => uids.get(keyOf(ref)) },
      {
        application,
        generation,
        hash,
        waves,
        whenToTakeOver: policy.whenToTakeOver,
        namespace,
        ...ignoring(policy),
      },
      { signal: this.host.signal },
    );
    if (changes.applied) this.steering.took(waves.flat(), desired);
    return changes;
  }

  /** Shown at once, tried again for ever: soon for what passes by itself, slowly for what the API server refuses. */
  private async failed(desired: Desired, { changes, stale }: ChangeSet): Promise<void> {
    const failure =
      changes.find(({ outcome, error }) => outcome === 'Failed' && error) ??
      changes.find(({ error }) => error);
    const error: Classified = failure?.error ?? {
      kind: 'transient',
      message: stale ? 'the cluster has a newer plan than this one' : 'not applied',
    };
    const terminal = error.kind === 'terminal';
    this.host.again(
      desired.application,
      Math.max(error.retryAfterMs ?? 0, backoffMs(this.attempts++, terminal ? RETRY_TERMINAL : RETRY)),
    );
    if (error.kind === 'unreachable' || error.kind === 'unauthorized') return this.host.suspect(error);
    await this.host.recorder.record(desired.application, this.host.cluster, {
      type: 'RecordApplyFailed',
      generation: desired.generation,
      terminal,
      message: error.message,
      ...(failure ? { object: failure.ref } : {}),
    });
  }

  private async judge(desired: Desired, { waves, held, progress }: Course): Promise<void> {
    if (this.applied !== desired.generation) return;
    const unheld = waves.flat().filter((object) => !held.has(keyOf(refOf(object))));
    const verdict = judgeTarget(this.host.deps.cache, unheld, desired.namespace);
    if (!verdict) return this.host.again(desired.application, UNTIL_WATCHED_MS);
    await this.verdicts.tell(desired, withProgress(verdict, progress));
  }

  /** The server knows a cluster-scoped custom resource without the namespace that its manifest was given. */
  private itemOf(ref: ObjectRef): InventoryItem | undefined {
    const { inventory, namespace } = this.desired;
    const keys = new Set([keyOf(ref), ...(ref.namespace ? [] : [keyOf({ ...ref, namespace })])]);
    return inventory.find((item) => keys.has(keyOf(item.ref)));
  }
}

const ignoring = ({ ignoreFields }: TargetPolicy): Pick<ApplyRequest, 'ignoreFields'> =>
  ignoreFields ? { ignoreFields } : {};
