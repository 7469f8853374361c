import { NODE_REPAIR_ANNOTATION, NODE_REPAIR_MANAGER, type KubeObject } from '@keelson/domain';
import type { ClusterClient } from '../client/cluster-client';
import { ApiError } from '../client/errors';
import { isUnschedulable } from './observe-node';

export interface CordonOf {
  readonly node: string;
  /** Of the Node object that the repair is for: another machine may have taken its name. */
  readonly uid: string;
  readonly repair: string;
}

type Requester = Pick<ClusterClient, 'request'>;

/**
 * Lets no new pod onto a node, and marks whose doing that is. One that is unschedulable already stays as it is, without
 * our mark. Answers the node as it is then; undefined when it is gone.
 *
 * A merge patch with the version that was read instead of a server-side apply: an apply makes a Node that is not there,
 * and could not tell that somebody else has cordoned it a moment before.
 */
export const cordonNode = (client: Requester, of: CordonOf, signal?: AbortSignal) =>
  change(client, of, signal, (live) =>
    isUnschedulable(live)
      ? undefined
      : {
          metadata: { annotations: { [NODE_REPAIR_ANNOTATION]: of.repair } },
          spec: { unschedulable: true },
        },
  );

/** Takes back the cordon of this very repair, and no other. Answers as `cordonNode` does. */
export const uncordonNode = (client: Requester, of: CordonOf, signal?: AbortSignal) =>
  change(client, of, signal, (live) =>
    live.metadata.annotations?.[NODE_REPAIR_ANNOTATION] === of.repair
      ? { metadata: { annotations: { [NODE_REPAIR_ANNOTATION]: null } }, spec: { unschedulable: null } }
      : undefined,
  );

const ATTEMPTS = 5;

const change = async (
  client: Requester,
  { node, uid }: CordonOf,
  signal: AbortSignal | undefined,
  decide: (live: KubeObject) => { readonly metadata: object; readonly spec: object } | undefined,
): Promise<KubeObject | undefined> => {
  const path = `/api/v1/nodes/${encodeURIComponent(node)}`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const live = await client.request<KubeObject>('GET', path, { signal });
      if (live.metadata.uid !== uid) return undefined;
      const patch = decide(live);
      if (!patch) return live;
      const { resourceVersion } = live.metadata;
      return await client.request<KubeObject>('PATCH', path, {
        query: { fieldManager: NODE_REPAIR_MANAGER },
        contentType: 'application/merge-patch+json',
        body: { ...patch, metadata: { uid, resourceVersion, ...patch.metadata } },
        signal,
      });
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      // A heartbeat came between; the kubelet writes every few minutes, so that a second try is enough.
      const moved = error instanceof ApiError && error.status === 409 && attempt < ATTEMPTS;
      if (!moved) throw error;
    }
  }
};
