import { type KubeObject } from '@keelson/domain';
import { builtin } from '../api/registry';
import { safeHash } from '../ids';
import { type JsonObject, equal, objectAt, without } from '../json';
import { type ControllerContext, siblingKey } from './context';
import { controllerReference } from './replica-set';

/**
 * ControllerRevisions: the templates that a StatefulSet or a DaemonSet has had, numbered.
 * Source: k8s.io/kubernetes/pkg/controller/{history,statefulset,daemon}.
 */
export const CONTROLLER_REVISION = builtin('apps', 'ControllerRevision');

/** Label of pods: a StatefulSet's bear the revision's name, a DaemonSet's its hash. */
export const REVISION_LABEL = 'controller-revision-hash';

/** The label in which a revision keeps its own hash differs between the two. */
export type HashLabel = 'controller.kubernetes.io/hash' | typeof REVISION_LABEL;

export interface History {
  /** The revision of the present template. */
  readonly update: KubeObject;
  /** All of them, oldest number first. */
  readonly all: readonly KubeObject[];
}

export const numberOf = (revision: KubeObject): number => Number(revision.revision);

export const podRevision = (pod: KubeObject): string | undefined => pod.metadata.labels?.[REVISION_LABEL];

/** The pod template that a revision keeps. */
export const templateIn = (revision: KubeObject): JsonObject =>
  without(objectAt(objectAt(objectAt(revision, 'data'), 'spec'), 'template'), '$patch');

/** Finds or makes the revision of the owner's present template and gives it the highest number. */
export function reviseHistory(context: ControllerContext, owner: KubeObject, hashLabel: HashLabel): History {
  const known = revisionsOf(context, owner);
  const template = objectAt(objectAt(owner, 'spec'), 'template');
  const found = known.findLast((revision) => equal(templateIn(revision), template));
  const others = known.filter((revision) => revision !== found);
  const next = Math.max(0, ...others.map(numberOf)) + 1;
  const update = found ? raise(context, found, next) : create(context, owner, template, hashLabel, next);
  return { update, all: [...others, update] };
}

/** Deletes the oldest revisions that nobody uses beyond the owner's revisionHistoryLimit. */
export function truncateHistory(
  context: ControllerContext,
  owner: KubeObject,
  { all }: History,
  isLive: (revision: KubeObject) => boolean,
): void {
  const limit = Number(objectAt(owner, 'spec').revisionHistoryLimit ?? 10);
  const unused = all.filter((revision) => !isLive(revision));
  for (const revision of unused.slice(0, Math.max(0, unused.length - limit))) {
    context.delete(CONTROLLER_REVISION, revision);
  }
}

const revisionsOf = (context: ControllerContext, { metadata }: KubeObject): KubeObject[] =>
  context.state.store.owners
    .of(metadata.uid ?? '')
    .filter(({ type }) => type === CONTROLLER_REVISION)
    .map(({ object }) => object)
    .sort((a, b) => numberOf(a) - numberOf(b));

const raise = (context: ControllerContext, revision: KubeObject, number: number): KubeObject =>
  numberOf(revision) >= number
    ? revision
    : context.update(CONTROLLER_REVISION, revision, { ...revision, revision: number });

function create(
  context: ControllerContext,
  owner: KubeObject,
  template: JsonObject,
  hashLabel: HashLabel,
  revision: number,
): KubeObject {
  const { name, namespace, annotations } = owner.metadata;
  const hash = safeHash(template);
  const labels = objectAt(objectAt(template, 'metadata'), 'labels') as Record<string, string>;
  const taken = context.get(CONTROLLER_REVISION, siblingKey(owner, `${name}-${hash}`));
  // Left by an owner of the same name that is gone; it is collected soon, and made again then.
  if (taken) return taken;
  return context.create(CONTROLLER_REVISION, {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, [hashLabel]: hash },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerReference(owner)],
    },
    data: { spec: { template: { ...template, $patch: 'replace' } } },
    revision,
  });
}
