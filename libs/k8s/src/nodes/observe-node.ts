import { NODE_REPAIR_ANNOTATION, type KubeObject, type ObservedNode, type Readiness } from '@keelson/domain';
import { isRecord } from '../drift/fields-v1';
import { listAt, stringAt, valueAt } from '../drivers/json';

/** What is kept of a Node in memory: what repairs and counts look at, without heartbeats, images and addresses. */
export const trimmedNode = (node: KubeObject): KubeObject => {
  const { apiVersion, kind, metadata } = node;
  const { name, uid, resourceVersion, labels, creationTimestamp } = metadata;
  const cordonedFor = metadata.annotations?.[NODE_REPAIR_ANNOTATION];
  const unschedulable = isUnschedulable(node);
  const conditions = listAt(node, 'status', 'conditions')
    .filter(isRecord)
    .map(({ type, status, reason, message, lastTransitionTime }) => ({
      type,
      status,
      lastTransitionTime,
      // Only of Ready, and only what is not so: other conditions are not told of.
      ...(type === 'Ready' && status !== 'True' ? { reason, message } : {}),
    }));
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      uid,
      resourceVersion,
      ...(labels ? { labels } : {}),
      ...(creationTimestamp ? { creationTimestamp } : {}),
      ...(cordonedFor === undefined ? {} : { annotations: { [NODE_REPAIR_ANNOTATION]: cordonedFor } }),
    },
    ...(unschedulable ? { spec: { unschedulable } } : {}),
    status: { conditions },
  };
};

export interface SeenNode extends ObservedNode {
  readonly readiness: Readiness;
}

/** A Node as repairs look at it. One that has no Ready condition yet is not ready since it was registered. */
export const observeNode = (node: KubeObject): SeenNode => {
  const { name, uid = '', labels = {}, annotations } = node.metadata;
  const conditions = listAt(node, 'status', 'conditions').filter(isRecord);
  const born = timeOf(node.metadata.creationTimestamp, 0);
  const ready = conditions.find(({ type }) => type === 'Ready');
  const cordonedFor = annotations?.[NODE_REPAIR_ANNOTATION];
  const readiness: Readiness = {
    uid,
    ready: ready?.['status'] === 'True',
    since: timeOf(ready?.['lastTransitionTime'], born),
    reason: stringAt(ready, 'reason') ?? '',
    message: stringAt(ready, 'message') ?? '',
  };
  return {
    node: name,
    uid,
    labels,
    ready: readiness.ready,
    since: readiness.since,
    conditions: conditions
      .filter(({ type }) => type !== 'Ready')
      .map(({ type, status, lastTransitionTime }) => ({
        type: String(type),
        status: String(status),
        since: timeOf(lastTransitionTime, born),
      })),
    unschedulable: isUnschedulable(node),
    ...(cordonedFor === undefined ? {} : { cordonedFor }),
    readiness,
  };
};

export const isUnschedulable = (node: KubeObject): boolean => valueAt(node, 'spec', 'unschedulable') === true;

const timeOf = (value: unknown, otherwise: number): number => {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? otherwise : time;
};
