import type { NodeRepair, Callback } from '@keelson/domain';
import type { Vault } from '@keelson/event-store';
import { sendCallback, type CloudEvent } from '../callbacks';

export interface RequestDeps {
  readonly vault: Vault;
  readonly allowPrivateCallbacks: boolean;
}

export interface RepairRequest {
  readonly cluster: string;
  readonly policy: string;
  readonly callback: Callback;
  readonly of: NodeRepair;
}

/** Tells the repair system, once, that a node is drained and may be worked on. @throws when it did not acknowledge */
export const requestRepair = async (
  { vault, allowPrivateCallbacks }: RequestDeps,
  { cluster, policy, callback, of }: RepairRequest,
  signal: AbortSignal,
): Promise<void> => {
  const { url, secret: version } = callback;
  const secret = version === undefined ? undefined : await vault.get(callbackSecretName(policy), version);
  if (version !== undefined && !secret)
    throw new Error('the secret to sign with is missing; define the policy again');
  await sendCallback(
    { url, ...(secret ? { secret: secret.toString('utf8') } : {}) },
    repairRequested(cluster, policy, of),
    { allowPrivate: allowPrivateCallbacks, signal, now: Date.now() },
  );
};

/** Under this name the API puts the secret. */
const callbackSecretName = (policy: string): string => `node-repair-policy/${policy}`;

const repairRequested = (cluster: string, policy: string, of: NodeRepair): CloudEvent => {
  const { repair, node, uid, why, by, startedAt, drainedAt = startedAt } = of;
  return {
    id: repair,
    source: `/keelson/clusters/${cluster}`,
    type: 'dev.keelson.node-repair.requested',
    subject: node,
    time: new Date(drainedAt).toISOString(),
    data: {
      repair,
      cluster,
      node,
      uid,
      policy,
      why,
      ...(by === undefined ? {} : { by }),
      startedAt: new Date(startedAt).toISOString(),
      drainedAt: new Date(drainedAt).toISOString(),
    },
  };
};
