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
  return adapted({ ...object, apiVersion: ref.apiVersion, kind: planned.kind, metadata });
};

/** What the API server would do to some kinds itself, too late for server-side apply. */
const adapted = (object: KubeObject): KubeObject => {
  if (groupOf(object.apiVersion) !== '') return object;
  if (object.kind === 'Secret') return withStoredData(object);
  return object.kind === 'Service' ? withProtocols(object) : object;
};

/** `stringData` is written but never read back, so drift in it could not be seen: send what the server stores. */
const withStoredData = (object: KubeObject): KubeObject => {
  const { stringData, ...rest }: KubeObject = object;
  if (!isRecord(stringData)) return object;
  const data: Record<string, unknown> = isRecord(object['data']) ? { ...object['data'] } : {};
  for (const [key, value] of Object.entries(stringData)) {
    data[key] = Buffer.from(String(value), 'utf8').toString('base64');
  }
  return { ...rest, data };
};

/**
 * A Service's ports are told apart by port and protocol, and up to 1.22 server-side apply does not know the
 * protocol's default: it answers 500 for a port without one (seen on 1.20.2).
 */
const withProtocols = (object: KubeObject): KubeObject => {
  const { spec } = object;
  if (!isRecord(spec) || !Array.isArray(spec['ports'])) return object;
  const ports = spec['ports'].map((port: unknown) => (isRecord(port) ? { protocol: 'TCP', ...port } : port));
  return { ...object, spec: { ...spec, ports } };
};
