import { type KubeObject } from '@keelson/domain';
import { builtin } from '../../api/registry';
import { safeHash } from '../../ids';
import { equal, objectAt } from '../../json';
import { controllerOf, ownersOf } from '../../store/owner-index';
import { type ControllerContext, siblingKey } from '../context';
import { controllerReference } from '../replica-set';
import { newReplicas } from './arithmetic';
import {
  HASH_LABEL,
  HISTORY,
  REVISION,
  annotationsOf,
  byAge,
  copiedAnnotations,
  fenceFor,
  isSameTemplate,
  replicaAnnotations,
  replicasOf,
  revisionOf,
  sizeOf,
  statusCount,
  strategyOf,
} from './replica-sets';

const DEPLOYMENT = builtin('apps', 'Deployment');
const REPLICA_SET = builtin('apps', 'ReplicaSet');

/** A Deployment with its ReplicaSets: the one of its template, and the old ones, oldest first. */
export class Family {
  /** What the status should tell about the new ReplicaSet. */
  event: 'NewReplicaSetCreated' | 'FoundNewReplicaSet' | undefined;

  private constructor(
    private readonly context: ControllerContext,
    public deployment: KubeObject,
    public current: KubeObject | undefined,
    public old: KubeObject[],
  ) {}

  static of(context: ControllerContext, deployment: KubeObject): Family {
    const sets = context.state.store.owners
      .of(deployment.metadata.uid ?? '')
      .filter(({ type }) => type === REPLICA_SET)
      .map(({ object }) => object)
      .sort(byAge);
    const current = sets.find((set) => isSameTemplate(set, deployment));
    return new Family(
      context,
      deployment,
      current,
      sets.filter((set) => set !== current),
    );
  }

  get all(): readonly KubeObject[] {
    return this.current ? [...this.old, this.current] : this.old;
  }

  /** Brings the new ReplicaSet, if there is one, up to the Deployment's revision and settings. */
  adopt(): void {
    if (!this.current) return;
    const { current, deployment } = this;
    const revision = String(this.nextRevision());
    const before = annotationsOf(current);
    const previous = before[REVISION];
    // A template that comes back: the revisions that it had are kept beside the new one.
    const history: Record<string, string> =
      previous !== undefined && Number(previous) < Number(revision)
        ? { [HISTORY]: before[HISTORY] ? `${before[HISTORY]},${previous}` : previous }
        : {};
    const annotations = {
      ...before,
      ...copiedAnnotations(deployment),
      ...history,
      [REVISION]: String(Math.max(Number(previous ?? 0), Number(revision))),
    };
    const { minReadySeconds } = objectAt(deployment, 'spec');
    const spec = objectAt(current, 'spec');
    if (!equal(before, annotations) || spec.minReadySeconds !== minReadySeconds) {
      this.write(current, {
        ...current,
        metadata: { ...current.metadata, annotations },
        spec: minReadySeconds === undefined ? omitMinReady(spec) : { ...spec, minReadySeconds },
      });
    }
    this.event = 'FoundNewReplicaSet';
    this.markRevision();
  }

  /** The new ReplicaSet, made if need be; undefined while one of a Deployment that is gone still has its name. */
  ensureCurrent(): KubeObject | undefined {
    if (this.current) this.adopt();
    else {
      this.current = this.takeOverOrCreate();
      if (this.current) this.event = 'NewReplicaSetCreated';
      this.markRevision();
    }
    return this.current;
  }

  private takeOverOrCreate(): KubeObject | undefined {
    const { deployment, context } = this;
    const template = objectAt(objectAt(deployment, 'spec'), 'template');
    const collisions = statusCount(deployment, 'collisionCount');
    const hash = safeHash(collisions === 0 ? template : { template, collisions });
    const taken = context.get(REPLICA_SET, siblingKey(deployment, `${deployment.metadata.name}-${hash}`));
    if (!taken) return this.createCurrent(hash);
    const owner = controllerOf(taken);
    if (owner?.uid === deployment.metadata.uid) this.noteCollision(collisions + 1);
    if (owner) return undefined;
    // Left by an orphaning deletion.
    const ownerReferences = [...ownersOf(taken), controllerReference(deployment)];
    return context.update(REPLICA_SET, taken, { ...taken, metadata: { ...taken.metadata, ownerReferences } });
  }

  /** Somebody changed the template of the ReplicaSet that has the name: the next attempt takes another one. */
  private noteCollision(collisionCount: number): void {
    const { deployment, context } = this;
    const status = { ...objectAt(deployment, 'status'), collisionCount };
    this.deployment = context.update(DEPLOYMENT, deployment, { ...deployment, status }, 'status');
  }

  /** Scales a ReplicaSet and notes what its Deployment wants; whether the size changed. */
  scale(replicaSet: KubeObject, replicas: number): boolean {
    const annotations = { ...annotationsOf(replicaSet), ...replicaAnnotations(this.deployment) };
    const sizeChanges = replicasOf(replicaSet) !== replicas;
    if (!sizeChanges && equal(annotations, annotationsOf(replicaSet))) return false;
    this.write(replicaSet, {
      ...replicaSet,
      metadata: { ...replicaSet.metadata, annotations },
      spec: { ...objectAt(replicaSet, 'spec'), replicas },
    });
    return sizeChanges;
  }

  /** Deletes empty old ReplicaSets beyond revisionHistoryLimit, lowest revision first. */
  forgetOldest(): void {
    const limit = Number(objectAt(this.deployment, 'spec').revisionHistoryLimit ?? 10);
    const byRevision = [...this.old].sort((a, b) => revisionOf(a) - revisionOf(b));
    for (const set of byRevision.slice(0, Math.max(0, this.old.length - limit))) {
      const isEmpty = replicasOf(set) === 0 && statusCount(set, 'replicas') === 0;
      if (!isEmpty || set.metadata.deletionTimestamp) continue;
      this.context.delete(REPLICA_SET, set);
      this.old = this.old.filter((other) => other !== set);
    }
  }

  private nextRevision(): number {
    return Math.max(0, ...this.old.map(revisionOf)) + 1;
  }

  private createCurrent(hash: string): KubeObject {
    const { deployment, context } = this;
    const spec = objectAt(deployment, 'spec');
    const template = objectAt(spec, 'template');
    const labels = { ...objectAt(objectAt(template, 'metadata'), 'labels'), [HASH_LABEL]: hash };
    const selector = objectAt(spec, 'selector');
    const { name, namespace } = deployment.metadata;
    const fence = fenceFor(deployment);
    const replicas =
      strategyOf(deployment) === 'Recreate' ? fence.replicas : newReplicas(fence, 0, this.old.map(sizeOf));
    return context.create(REPLICA_SET, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${name}-${hash}`,
        ...(namespace === undefined ? {} : { namespace }),
        labels: labels,
        annotations: {
          ...copiedAnnotations(deployment),
          ...replicaAnnotations(deployment),
          [REVISION]: String(this.nextRevision()),
        },
        ownerReferences: [controllerReference(deployment)],
      },
      spec: {
        replicas,
        ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
        selector: { ...selector, matchLabels: { ...objectAt(selector, 'matchLabels'), [HASH_LABEL]: hash } },
        template: { ...template, metadata: { ...objectAt(template, 'metadata'), labels } },
      },
    });
  }

  /** The Deployment shows the revision of its current template. Written as status, so the generation stays. */
  private markRevision(): void {
    const revision = this.current && annotationsOf(this.current)[REVISION];
    const { deployment } = this;
    if (revision === undefined || annotationsOf(deployment)[REVISION] === revision) return;
    const annotations = { ...annotationsOf(deployment), [REVISION]: revision };
    const next = { ...deployment, metadata: { ...deployment.metadata, annotations } };
    this.deployment = this.context.update(DEPLOYMENT, deployment, next, 'status');
  }

  private write(live: KubeObject, next: KubeObject): void {
    const written = this.context.update(REPLICA_SET, live, next);
    if (live === this.current) this.current = written;
    else this.old = this.old.map((set) => (set === live ? written : set));
  }
}

const omitMinReady = (spec: Record<string, unknown>): Record<string, unknown> => {
  const { minReadySeconds: _gone, ...rest } = spec;
  return rest;
};
