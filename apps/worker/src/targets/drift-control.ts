import {
  APPLICATION_LABEL,
  correctionDueAt,
  driftDecider,
  keyOf,
  nextCalmAt,
  refOf,
  type DriftChange,
  type DriftCommand,
  type DriftState,
  type KubeObject,
  type ObjectRef,
} from '@keelson/domain';
import {
  classify,
  driftOf,
  generationOf,
  ignoredPaths,
  isIgnored,
  placedRef,
  readLive,
  rememberAgain,
  type ChangeSet,
} from '@keelson/k8s';
import { backoffMs } from '../kernel/backoff';
import { itemOf, type Desired } from './desired';
import { lookUp } from './judge-target';
import type { Reports } from './reports';
import type { TargetHost } from './target-host';
import { refusedWatch, untilWatched } from './until-watched';

const RETRY = { base: 2_000, cap: 30_000 };
const RETRY_REFUSED = { base: 15_000, cap: 300_000 };

type Waves = readonly (readonly KubeObject[])[];

/** A planned object that differs from what the API server made of our apply. */
interface Found {
  readonly ref: ObjectRef;
  readonly changes: readonly DriftChange[];
  /** The watch says that it is gone, and so it was when the API server was asked. */
  readonly isGone?: true;
}

const DELETED: readonly DriftChange[] = [{ path: '', from: 'applied', to: 'deleted' }];

const lostLabel = (application: string, to?: string): DriftChange[] => [
  { path: `/metadata/labels/${APPLICATION_LABEL.replace('/', '~1')}`, from: application, to },
];

type Told = DriftCommand extends infer Command
  ? Command extends DriftCommand
    ? Omit<Command, 'application' | 'cluster' | 'at'>
    : never
  : never;

/** Finds one target's drift, puts it right or reports it as the policy says, and tells when it is over. */
export class DriftControl {
  private readonly found = new Map<string, Found>();
  /** What the log says of this target's drift, or will say as soon as it has what was told. */
  private known: DriftState = driftDecider.initial;
  private policy = '';
  /** Whether every object was compared since the plan or the policy changed; until then nothing is called undone. */
  private compared = false;
  /** Objects that could not be compared, because what they are to be like could not be asked for; and when to ask again. */
  private readonly unread = new Map<string, { readonly attempts: number; readonly due: number }>();
  /** Counts what makes a comparison that is under way void. */
  private changes = 0;

  constructor(
    private readonly host: TargetHost,
    private readonly reports: Reports,
  ) {}

  /** Takes what the read model wants and knows now. Answers whether there is something to be looked at. */
  want(desired: Desired, isNewPlan: boolean): boolean {
    const { policy, position, drift, flaps } = desired;
    const before = this.known.drift;
    if (this.reports.recorded && position >= this.reports.position) this.known = { drift, flaps };
    const judgedBy = JSON.stringify([policy.drift, policy.ignoreFields]);
    if (!isNewPlan && judgedBy === this.policy)
      return Object.keys(this.known.drift).some((key) => !(key in before));
    this.policy = judgedBy;
    this.compareAgain();
    return true;
  }

  /** Everything was applied, whatever had been open; what others did meanwhile shows in the comparison. */
  applied(desired: Desired): void {
    for (const key of Object.keys(this.known.drift)) this.end(desired, key, 'Applied');
    this.compareAgain();
  }

  /** A planned object of the plan that the cluster has was seen to change. */
  saw({ policy, generation }: Desired, ref: ObjectRef, live: KubeObject, deleted: boolean): void {
    if (policy.drift === 'Ignore') return;
    // Another worker was here with a newer plan. That is no drift, and nothing to be put right.
    if (generationOf(live) > generation) return;
    const changes = deleted ? DELETED : this.differences(live, ignoredPaths(policy.ignoreFields, ref));
    if (changes.length > 0) this.found.set(keyOf(ref), { ref, changes });
    else this.found.delete(keyOf(ref));
  }

  /**
   * Compares every object once. What another process applied (this one before a restart, or the owner before this one)
   * is not remembered: what the cache shows brings the memory back, or dry runs do, without writing anything.
   */
  async compare(desired: Desired, waves: Waves): Promise<void> {
    if (this.compared && this.unread.size === 0) return;
    const { changes } = this;
    const { application, namespace } = desired;
    const { deps } = this.host;
    for (const object of desired.policy.drift === 'Ignore' ? [] : waves.flat()) {
      if (!this.isToBeCompared(desired, object)) continue;
      const live = lookUp(deps.cache, object, namespace);
      if (live === 'unknown')
        return this.host.whenWatched(
          application,
          untilWatched(refusedWatch(this.host, application, [object])),
        );
      if (live !== 'absent' && !deps.memory.get(refOf(live)) && !(await this.read(desired, object))) continue;
      this.unread.delete(keyOf(refOf(object)));
      this.look(desired, object);
    }
    this.compared = changes === this.changes;
    if (!this.compared) this.host.again(application, 0);
  }

  private isToBeCompared({ application }: Desired, object: KubeObject): boolean {
    const unread = this.unread.get(keyOf(refOf(object)));
    if (!unread) return !this.compared;
    const wait = unread.due - Date.now();
    if (wait > 0) this.host.again(application, wait);
    return wait <= 0;
  }

  /**
   * Answers whether it is known now what the object is to be like. The refusal of one (a webhook without dry runs, a rule
   * that came after it) keeps no other from being compared, nor the target from being judged and from deleting what it owes.
   */
  private async read(desired: Desired, object: KubeObject): Promise<boolean> {
    const { application, generation, hash = '', namespace } = desired;
    const { deps, signal } = this.host;
    try {
      await rememberAgain(deps, { application, generation, hash, namespace }, object, signal);
      return true;
    } catch (error) {
      const { kind, retryAfterMs = 0 } = classify(error);
      if (signal.aborted || kind === 'unreachable' || kind === 'unauthorized') throw error;
      const key = keyOf(refOf(object));
      const attempts = this.unread.get(key)?.attempts ?? 0;
      const wait = Math.max(retryAfterMs, backoffMs(attempts, kind === 'terminal' ? RETRY_REFUSED : RETRY));
      this.unread.set(key, { attempts: attempts + 1, due: Date.now() + wait });
      this.host.stumbled(application, error);
      this.host.again(application, wait);
      return false;
    }
  }

  /** Does about the drift what is due now. Answers what became of an apply that did not succeed. */
  async act(
    desired: Desired,
    waves: Waves,
    send: (waves: Waves) => Promise<ChangeSet>,
  ): Promise<ChangeSet | undefined> {
    const { drift } = desired.policy;
    if (drift === 'Ignore') this.found.clear();
    if (drift === 'Report') await this.findLostLabels(desired);
    const due = this.due(desired);
    if (drift === 'Report') for (const item of due) this.report(desired, item);
    const failed = drift === 'Correct' ? await this.correct(desired, due, waves, send) : undefined;
    this.settle(desired);
    return failed;
  }

  /**
   * A watch by label says of an object that lost it what it says of one that was deleted: a GET tells them apart. What is
   * put right needs none, and does not wait for one: the answer to the apply tells.
   */
  private async findLostLabels({ application, generation, policy }: Desired): Promise<void> {
    const { deps, signal } = this.host;
    for (const [key, item] of this.found) {
      if (item.changes !== DELETED || item.isGone) continue;
      const live = await this.live(item.ref);
      signal.throwIfAborted();
      // What was seen meanwhile is newer.
      if (live === 'unknown' || this.found.get(key) !== item) continue;
      if (live === 'absent') {
        this.found.set(key, { ...item, isGone: true });
        continue;
      }
      const changes = deps.memory.get(refOf(live))
        ? this.differences(live, ignoredPaths(policy.ignoreFields, item.ref))
        : lostLabel(application, live.metadata.labels?.[APPLICATION_LABEL]);
      if (generationOf(live) > generation || changes.length === 0) this.found.delete(key);
      else this.found.set(key, { ref: item.ref, changes });
    }
  }

  /** `unknown` when the API server does not say. */
  private async live(ref: ObjectRef): Promise<KubeObject | 'absent' | 'unknown'> {
    const { deps, signal } = this.host;
    try {
      const resource = await deps.discovery.resolve(ref.apiVersion, ref.kind);
      return await readLive(deps.client, resource, placedRef(resource, ref), signal);
    } catch {
      return 'unknown';
    }
  }

  private async correct(
    desired: Desired,
    due: readonly Found[],
    waves: Waves,
    send: (waves: Waves) => Promise<ChangeSet>,
  ): Promise<ChangeSet | undefined> {
    if (due.length === 0) return undefined;
    const items = new Map(due.map((item) => [keyOf(item.ref), item]));
    const wanted = waves.map((wave) => wave.filter((object) => items.has(keyOf(refOf(object)))));
    const result = await send(wanted);
    // Ours is not the newest plan: what looked like drift was a newer one on its way.
    if (result.stale) this.found.clear();
    if (result.stale) return result;
    for (const [index, object] of wanted.flat().entries()) {
      const key = keyOf(refOf(object));
      const item = items.get(key)!;
      const { outcome, error } = result.changes[index] ?? {};
      const wasThere = item.changes === DELETED && outcome === 'Configured';
      this.report(desired, wasThere ? { ...item, changes: lostLabel(desired.application) } : item);
      if (error) continue;
      this.end(desired, key, 'Applied');
      this.found.delete(key);
      // What came while the apply was under way may be older than its answer, or a new drift already.
      this.look(desired, object);
    }
    return result.applied ? undefined : result;
  }

  /** A field that flaps waits for its turn; that it differs is shown meanwhile, but not with each of its values. */
  private due(desired: Desired): Found[] {
    const now = Date.now();
    return [...this.found.values()].filter((item) => {
      const at = correctionDueAt(this.known, item.ref, item.changes);
      if (at <= now) return true;
      if (!(keyOf(item.ref) in this.known.drift)) this.report(desired, item);
      this.host.again(desired.application, at - now);
      return false;
    });
  }

  /** Tells of drift that others undid or that the policy does not care about any more, and of fields that are calm. */
  private settle(desired: Desired): void {
    const now = Date.now();
    if (this.compared) {
      for (const [key, changes] of Object.entries(this.known.drift)) {
        const item = desired.inventory.find(({ ref, wanted }) => wanted && keyOf(ref) === key);
        if (!item || this.found.has(key) || this.unread.has(key)) continue;
        const at = correctionDueAt(this.known, item.ref, changes);
        if (at <= now) this.end(desired, key, desired.policy.drift === 'Ignore' ? 'Ignored' : 'Undone');
        else this.host.again(desired.application, at - now);
      }
    }
    const calm = nextCalmAt(this.known);
    if (calm === undefined) return;
    if (calm <= now) this.tell(desired, { type: 'RecordCalm' });
    else this.host.again(desired.application, calm - now);
  }

  /** Compares a planned object with what the cache shows now. */
  private look(desired: Desired, object: KubeObject): void {
    const live = lookUp(this.host.deps.cache, object, desired.namespace);
    const item = itemOf(desired, refOf(object));
    if (live === 'unknown' || !item) return;
    this.saw(desired, item.ref, live === 'absent' ? object : live, live === 'absent');
  }

  private report(desired: Desired, { ref, changes }: Found): void {
    this.tell(desired, { type: 'RecordDrift', object: ref, changes });
  }

  private end(desired: Desired, key: string, how: 'Applied' | 'Undone' | 'Ignored'): void {
    const item = desired.inventory.find(({ ref }) => keyOf(ref) === key);
    if (item) this.tell(desired, { type: 'RecordDriftCorrected', object: item.ref, how });
  }

  private tell({ application, cluster }: Desired, what: Told): void {
    const command = { ...what, at: new Date().toISOString() };
    const decision = driftDecider.decide(this.known, { ...command, application, cluster });
    if (!decision.ok || decision.events.length === 0) return;
    this.known = decision.events.reduce((state, event) => driftDecider.evolve(state, event), this.known);
    this.reports.tell(command);
  }

  private differences(live: KubeObject, ignored: readonly string[]): readonly DriftChange[] {
    const remembered = this.host.deps.memory.get(refOf(live));
    return remembered ? driftOf(remembered, live).filter((change) => !isIgnored(change, ignored)) : [];
  }

  private compareAgain(): void {
    this.found.clear();
    this.unread.clear();
    this.compared = false;
    this.changes += 1;
  }
}
