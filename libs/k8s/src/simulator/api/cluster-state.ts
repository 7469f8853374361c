import { type KubeObject } from '@keelson/domain';
import { type Clock } from '../clock';
import { type Ids } from '../ids';
import { type Store } from '../store/store';
import { type Registry } from './registry';
import { type ResourceType } from './resource-type';

/** What every verb of one simulated API server works on. */
export interface ClusterState {
  readonly name: string;
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Webhooks, so to speak: each may change an object that is about to be created. */
  readonly admission: ((type: ResourceType, object: KubeObject) => KubeObject)[];
  /** Whether a write by `/scale` moves the ownership of the count to its writer, as since Kubernetes 1.22. */
  readonly tracksScale: boolean;
}

/** One write as the path, the query and the client's identity describe it. */
export interface WriteRequest {
  readonly type: ResourceType;
  /** The API version of the path; managedFields record it. */
  readonly apiVersion: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: 'status' | 'scale' | undefined;
  /** The fieldManager parameter, or the first word of the user agent. */
  readonly manager: string;
  readonly dryRun: boolean;
  /** Only for apply: take over conflicting fields. */
  readonly force: boolean;
}
