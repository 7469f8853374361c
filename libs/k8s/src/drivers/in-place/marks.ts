import { TEMPLATE_ANNOTATION, type KubeObject } from '@keelson/domain';
import { marked, standIn, templateOf as templateHashOf } from '../marks';
import type { Fields } from './fields';

/**
 * Annotation. On a workload: an in-place upgrade of its pods is under way, so whoever looks at it next goes on with it
 * and does not take the pause or the partition for the user's own. On a pod: what `pod-note.ts` writes.
 */
export const IN_PLACE_ANNOTATION = 'keelson.dev/in-place';

/**
 * Annotation in the template of a ReplicaSet without pods: its template would else be equal to that of the ReplicaSet
 * whose pods were upgraded, and of two equal ones the Deployment controller takes the older.
 */
export const RETIRED_ANNOTATION = 'keelson.dev/retired';

/** The label by which a StatefulSet or DaemonSet tells which revision a pod is of. */
export const REVISION_LABEL = 'controller-revision-hash';

/** The label by which a Deployment tells its ReplicaSets apart; not part of its own template. */
export const TEMPLATE_HASH_LABEL = 'pod-template-hash';

/** Its pods are being upgraded in place: until that has come to its end, nobody else may move it. */
export const isUnderWay = (workload: KubeObject): boolean =>
  workload.metadata.annotations?.[IN_PLACE_ANNOTATION] !== undefined;

/** Stands in for the plan, with its template, while pods are upgraded. */
export const holdWithPlan = (planned: KubeObject, live: KubeObject, spec: Fields): KubeObject =>
  annotated(standIn(marked(planned), live, spec), IN_PLACE_ANNOTATION, 'under-way');

/** The same with the template that the cluster has: so the mark of that template stays, too. */
export const holdWithLive = (withLiveTemplate: KubeObject, live: KubeObject, spec: Fields): KubeObject => {
  const hold = annotated(standIn(withLiveTemplate, live, spec), IN_PLACE_ANNOTATION, 'under-way');
  const hash = templateHashOf(live);
  return hash === undefined ? hold : annotated(hold, TEMPLATE_ANNOTATION, hash);
};

const annotated = (object: KubeObject, name: string, value: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [name]: value } },
});
