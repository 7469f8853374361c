import { describeRef, keyOf, refOf, type KubeObject, type TargetPolicy } from '@keelson/domain';
import { applyPlan, type ApplyRequest, type ChangeSet, type Classified } from '@keelson/k8s';
import { backoffMs } from '../kernel/backoff';
import { changeChildren } from './change-children';
import { itemOf, type Desired } from './desired';
import { DriftControl } from './drift-control';
import { earlierPods } from './earlier-pods';
import { judgeTarget, withHindrance, withProgress } from './judge-target';
import { isOvertaken } from './overtaken';
import { Pruning } from './pruning';
import { Reports } from './reports';
import { Steering, type Course } from './steering';
import { Switchover } from './switchover';
import type { TargetHost } from './target-host';
import { refusedWatch, untilWatched } from './until-watched';
import { Verdicts } from './verdicts';

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
  /** What the API server refused at the last look, of a plan that is applied: a correction, or the next step. */
  private hindrance: string | undefined;
  private readonly reports: Reports;
  private readonly drift: DriftControl;
  private readonly steering: Steering;
  private readonly pruning: Pruning;
  private readonly switchover: Switchover;
  private readonly verdicts: Verdicts;

  constructor(
    private readonly host: TargetHost,
    desired: Desired,
  ) {
    this.desired = desired;
    this.applied = desired.appliedGeneration;
    this.reports = new Reports(host, desired.application);
    this.drift = new DriftControl(host, this.reports);
    this.drift.want(desired, true);
    this.steering = new Steering(desired.application, host.deps.cache, host.children);
    this.pruning = new Pruning(host);
    this.switchover = new Switchover(host);
    this.verdicts = new Verdicts(host, this.reports);
    this.verdicts.want(desired);
  }

  /**
   * Takes what the read model wants now; an older answer that comes late is dropped. Answers whether it asks for
   * anything: most of what the read model tells is the echo of what was told from here.
   */
  want(desired: Desired): boolean {
    const before = this.desired;
    const isNewPlan = desired.generation > before.generation;
    // Of the same plan, the policy and what is owed may be older.
    if (!isNewPlan && (desired.generation < before.generation || desired.position < before.position))
      return false;
    if (isNewPlan) this.attempts = 0;
    this.desired = desired;
    const isNewOfDrift = this.drift.want(desired, this.overtaken(desired) || isNewPlan);
    const isNewOfHealth = this.verdicts.want(desired);
    return (
      isNewOfDrift ||
      isNewOfHealth ||
      this.applied < desired.generation ||
      desired.hash !== before.hash ||
      desired.refused !== before.refused ||
      desired.policy.whenToTakeOver !== before.policy.whenToTakeOver ||
      desired.colours?.idleUntil !== undefined ||
      desired.inventory.some(({ wanted }) => !wanted)
    );
  }

  /** Whether another worker has brought the cluster further than this one; what was remembered is of an older plan then. */
  private overtaken({ appliedGeneration, inventory }: Desired): boolean {
    if (appliedGeneration <= this.applied) return false;
    this.applied = appliedGeneration;
    for (const { ref } of inventory) this.host.deps.memory.forget(ref);
    return true;
  }

  /** An object of this application was seen to change. Answers whether it needs attending to. */
  saw(object: KubeObject, deleted: boolean): boolean {
    const { desired } = this;
    const item = itemOf(desired, refOf(object));
    if (!item?.wanted) return item !== undefined && this.pruning.saw(item);
    if (desired.hash && this.applied === desired.generation)
      this.drift.saw(desired, item.ref, object, deleted);
    return true;
  }

  /** Whether the plan or the inventory that this process knows wants the object. */
  wants(object: KubeObject): boolean {
    return itemOf(this.desired, refOf(object))?.wanted ?? false;
  }

  /** Resolves when everything that was told is recorded, or cannot be recorded now. */
  ended(): Promise<void> {
    return this.reports.ended();
  }

  async attend(): Promise<void> {
    const { desired } = this;
    this.reports.flush();
    if (!desired.hash) return this.pruning.prune(desired);
    if (!desired.refused) {
      const plan = await this.host.contents.get(desired.hash);
      this.host.watch(plan.objects.map(refOf));
      const course = this.steering.course(desired, plan);
      if (course === 'unknown') this.wait(desired, plan.objects);
      else await this.follow(desired, course);
      if (this.applied !== desired.generation || !this.switchover.isDone(plan.objects, desired.namespace))
        return;
      await this.pruning.prune(desired, {
        earlierPods: () => earlierPods(this.host.deps.cache, course, desired.namespace),
      });
      return this.switchover.follow(desired);
    }
    if (this.applied === desired.generation) await this.pruning.prune(desired);
  }

  /** What to do cannot be told while a watch is missing; if it is refused, at least that can. */
  private wait(desired: Desired, objects: readonly KubeObject[]): void {
    const refused = refusedWatch(this.host, desired.application, objects);
    if (refused !== undefined && this.applied < desired.generation) this.refuse(desired, refused);
    else if (refused !== undefined) this.verdicts.tell(desired, { status: 'Unknown', message: refused });
    this.host.whenWatched(desired.application, untilWatched(refused));
  }

  private async follow(desired: Desired, course: Course): Promise<void> {
    if (course.refused !== undefined) return this.refuse(desired, course.refused);
    this.hindrance = undefined;
    if (this.applied < desired.generation) await this.apply(desired, course);
    else await this.steer(desired, course);
    if (this.applied === desired.generation) await this.keep(desired, course);
    this.judge(desired, course);
    if (course.explainInMs !== undefined) this.host.again(desired.application, course.explainInMs);
  }

  /** Has the cluster stay as it was made. */
  private async keep(desired: Desired, { waves }: Course): Promise<void> {
    await this.drift.compare(desired, waves);
    const failed = await this.drift.act(desired, waves, (some) => this.sendSome(desired, some));
    if (failed) this.failed(desired, failed);
  }

  /** Takes the step that is due, then looks again at what it led to. */
  private async steer(desired: Desired, course: Course): Promise<void> {
    const { due, patches } = course;
    if (due.length > 0) {
      // The plan is the same and the object is not: without its memory it is sent, not taken for settled.
      for (const object of due) this.host.deps.memory.forget(refOf(object));
      const changes = await this.sendSome(desired, [due]);
      if (!changes.applied) return this.failed(desired, changes);
    }
    const objects = course.waves.flat();
    const overtaken = () => isOvertaken(this.host.deps.cache, desired, objects);
    const done = await changeChildren(this.host, course, desired.generation, overtaken);
    if (!done) return this.tryAgain(desired.application);
    if (due.length + patches.length > 0) this.host.again(desired.application, 0);
  }

  private refuse({ generation }: Desired, message: string): void {
    this.reports.tell({ type: 'RecordApplyFailed', generation, terminal: true, message });
  }

  private async apply(desired: Desired, { waves }: Course): Promise<void> {
    const { application, generation, hash = '' } = desired;
    await this.pruning.pruneBudgets(desired);
    const changes = await this.send(desired, waves);
    const planned = waves.flat();
    if (!changes.applied) {
      this.made(planned, changes);
      return this.failed(desired, changes);
    }
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
      at: new Date().toISOString(),
      ...(changes.createdNamespaces.length > 0 ? { namespaces: changes.createdNamespaces } : {}),
    });
    // Not before it is recorded: a database that is away now must not make us believe that it knows.
    this.applied = generation;
    this.attempts = 0;
    this.drift.applied(desired);
  }

  /** Objects of a plan that is recorded as applied already. */
  private async sendSome(desired: Desired, waves: readonly (readonly KubeObject[])[]): Promise<ChangeSet> {
    const changes = await this.send(desired, waves);
    this.made(waves.flat(), changes);
    return changes;
  }

  /** What is not known to be Keelson's work is not deleted with the application, if it is a Namespace. */
  private made(planned: readonly KubeObject[], { changes, createdNamespaces }: ChangeSet): void {
    const objects = changes.flatMap(({ outcome, uid }, index) =>
      outcome === 'Created' && uid ? [{ ref: refOf(planned[index]!), uid }] : [],
    );
    if (objects.length + createdNamespaces.length === 0) return;
    const namespaces = createdNamespaces.length > 0 ? { namespaces: createdNamespaces } : {};
    this.reports.tell({ type: 'RecordMade', objects, ...namespaces });
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
        isFirst: desired.appliedGeneration === 0,
        ...ignoring(policy),
      },
      { signal: this.host.signal },
    );
    if (changes.applied) this.steering.took(waves.flat(), desired);
    return changes;
  }

  /** Shown at once, tried again for ever: soon for what passes by itself, slowly for what the API server refuses. */
  private failed({ application, generation }: Desired, { changes, stale }: ChangeSet): void {
    const failure =
      changes.find(({ outcome, error }) => outcome === 'Failed' && error) ??
      changes.find(({ error }) => error);
    const error: Classified = failure?.error ?? { kind: 'transient', message: 'not applied' };
    const terminal = error.kind === 'terminal';
    this.tryAgain(application, terminal ? RETRY_TERMINAL : RETRY, error.retryAfterMs);
    // The cluster has a newer plan than this one: nothing failed, and we shall hear of it.
    if (stale) return;
    if (error.kind === 'unreachable' || error.kind === 'unauthorized') return this.host.suspect(error);
    const { message } = error;
    if (terminal && this.applied === generation)
      this.hindrance = failure ? `${describeRef(failure.ref)}: ${message}` : message;
    this.reports.tell({
      type: 'RecordApplyFailed',
      generation,
      terminal,
      message,
      ...(failure ? { object: failure.ref } : {}),
    });
  }

  private tryAgain(application: string, pace = RETRY, atLeastMs = 0): void {
    this.host.again(application, Math.max(atLeastMs, backoffMs(this.attempts++, pace)));
  }

  private judge(desired: Desired, { waves, held, progress }: Course): void {
    if (this.applied !== desired.generation) return;
    const unheld = waves.flat().filter((object) => !held.has(keyOf(refOf(object))));
    const verdict = judgeTarget(this.host.deps.cache, unheld, desired.namespace);
    if (!verdict) return this.wait(desired, unheld);
    this.verdicts.tell(desired, withHindrance(withProgress(verdict, progress), this.hindrance));
  }
}

const ignoring = ({ ignoreFields }: TargetPolicy): Pick<ApplyRequest, 'ignoreFields'> =>
  ignoreFields ? { ignoreFields } : {};
