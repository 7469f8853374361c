import type { KubeObject, ObjectRef } from '@keelson/domain';
import type { ClusterClient } from '../client/cluster-client';
import type { Discovery } from '../discovery/discovery';
import type { NormalForms } from '../drift/normal-form';

/** What a cache can say of an object: `unknown` when it is not watching, or not watching any more. */
export type Lookup = KubeObject | 'absent' | 'unknown';

/** The informers, as the applier sees them. `WatchSet` is one. */
export interface LiveCache {
  lookup(ref: ObjectRef): Lookup;
  /** What the API server says to a watch of this kind, where it refuses: `unknown` stays `unknown` until it does not. */
  refusal?(kind: Pick<ObjectRef, 'apiVersion' | 'kind'>): string | undefined;
  /** Takes the answer to our own write, so that no decision is made on a cache older than it. */
  store(object: KubeObject): void;
}

/** One cluster's tools. Without a cache every object costs a GET; without memory nothing is ever `Unchanged` for free. */
export interface ApplyDeps {
  readonly client: Pick<ClusterClient, 'request'>;
  readonly discovery: Pick<Discovery, 'resolve' | 'invalidate'>;
  readonly cache?: LiveCache;
  readonly memory?: NormalForms;
  /** The inventory: the uid under which this application applied an object. */
  readonly recordedUid?: (ref: ObjectRef) => string | undefined;
}

export interface ApplyOptions {
  readonly signal?: AbortSignal;
  /** How long a CustomResourceDefinition may take to be served. Default 30 s. */
  readonly establishTimeoutMs?: number;
}
