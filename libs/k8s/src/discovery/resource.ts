import type { ObjectRef } from '@keelson/domain';

/** A kind as one API server serves it. */
export interface ApiResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** `v1`, `apps/v1`: what an object of this resource says in `apiVersion`. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** What the server allows: `list`, `delete` … */
  readonly verbs?: readonly string[];
  /** The apiVersion that was asked for, when the server has the kind only in this other version. */
  readonly insteadOf?: string;
}

/** `/api/v1` or `/apis/{group}/{version}`. */
export const groupVersionPath = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

/** The collection; without a namespace, of all namespaces. */
export const collectionPath = (resource: ApiResource, namespace?: string): string => {
  const root = groupVersionPath(resource.apiVersion);
  return resource.namespaced && namespace
    ? `${root}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}`
    : `${root}/${resource.plural}`;
};

/** One object, or a subresource of it such as `eviction`. */
export const objectPath = (
  resource: ApiResource,
  ref: Pick<ObjectRef, 'namespace' | 'name'>,
  subresource?: string,
): string => {
  const path = `${collectionPath(resource, ref.namespace)}/${encodeURIComponent(ref.name)}`;
  return subresource ? `${path}/${subresource}` : path;
};

/** The ref as the server knows it: its version, and a namespace exactly when the kind has one. */
export const placedRef = (resource: ApiResource, ref: ObjectRef, defaultNamespace?: string): ObjectRef => {
  const namespace = resource.namespaced ? (ref.namespace ?? defaultNamespace) : undefined;
  return {
    apiVersion: resource.apiVersion,
    kind: resource.kind,
    ...(namespace ? { namespace } : {}),
    name: ref.name,
  };
};
