import {
  APPLICATION_LABEL,
  GENERATION_ANNOTATION,
  groupOf,
  PLAN_ANNOTATION,
  type KubeObject,
  type ObjectRef,
} from '@keelson/domain';
import { isRecord } from '../drift/fields-v1';
import type { ApplyRequest } from './change-set';

/** What only the server writes. `managedFields` in an apply is refused, a stray `uid` forbids creation. */
const SERVER_FIELDS = [
  'uid',
  'resourceVersion',
  'generation',
  'managedFields',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
];

/** The plan's object as it is sent: in the cluster's version, with our marks, without what belongs to the server. */
export const applyBody = (
  request: Pick<ApplyRequest, 'application' | 'generation' | 'hash'>,
  planned: KubeObject,
  ref: ObjectRef,
): KubeObject => {
  // An exported manifest carries the status of another cluster; it is never desired state.
  const { status: _, ...object } = planned;
  const metadata = { ...planned.metadata };
  for (const field of SERVER_FIELDS) delete metadata[field];
  if (ref.namespace === undefined) delete metadata.namespace;
  else metadata.namespace = ref.namespace;
  metadata.labels = { ...metadata.labels, [APPLICATION_LABEL]: request.application };
  metadata.annotations = {
    ...metadata.annotations,
    [PLAN_ANNOTATION]: request.hash,
    [GENERATION_ANNOTATION]: String(request.generation),
  };
  return withStoredData({ ...object, apiVersion: ref.apiVersion, kind: planned.kind, metadata });
};

/** `stringData` is written but never read back, so drift in it could not be seen: send what the server stores. */
const withStoredData = (object: KubeObject): KubeObject => {
  if (object.kind !== 'Secret' || groupOf(object.apiVersion) !== '' || !isRecord(object['stringData'])) {
    return object;
  }
  const { stringData, ...rest } = object;
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value), 'utf8').toString('base64'),
  ]);
  const data = isRecord(rest['data']) ? rest['data'] : {};
  return {
    ...rest,
    metadata: object.metadata,
    apiVersion: object.apiVersion,
    kind: object.kind,
    data: { ...data, ...Object.fromEntries(encoded) },
  };
};
