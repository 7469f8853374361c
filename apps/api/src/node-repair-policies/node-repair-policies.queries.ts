import type { NodeRepairPolicy } from '@keelson/domain';
import type { Pool } from 'pg';
import { callbackView } from '../schemas/callback';
import type { Page } from '../schemas/common';
import type { NodeRepairPolicyView } from './node-repair-policies.operations';

export interface NodeRepairPolicyRow {
  readonly name: string;
  readonly position: string;
  readonly record: NodeRepairPolicy & { readonly createdAt: string; readonly updatedAt: string };
}

/** By name; one row more than the page has. */
export const policyPage = async (pool: Pool, { limit, after }: Page): Promise<NodeRepairPolicyRow[]> => {
  const { rows } = await pool.query<NodeRepairPolicyRow>({
    name: 'node-repair-policy-page',
    text: `select name, position, record from read.node_repair_policies
           where not deleted and name > $1 order by name limit $2`,
    values: [after ?? '', limit + 1],
  });
  return rows;
};

export const policyByName = async (pool: Pool, name: string): Promise<NodeRepairPolicyRow | undefined> => {
  const { rows } = await pool.query<NodeRepairPolicyRow>({
    name: 'node-repair-policy-by-name',
    text: `select name, position, record from read.node_repair_policies where not deleted and name = $1`,
    values: [name],
  });
  return rows[0];
};

export const policyView = ({ name, position, record }: NodeRepairPolicyRow): NodeRepairPolicyView => {
  const { clusterSelector, nodeSelector, condition, forceDeleteAfter, callback } = record;
  return {
    name,
    ...(clusterSelector ? { clusterSelector } : {}),
    ...(nodeSelector ? { nodeSelector } : {}),
    ...(condition ? { condition } : {}),
    notReadyFor: record.notReadyFor,
    maxUnhealthy: record.maxUnhealthy,
    maxConcurrent: record.maxConcurrent,
    stormCooldown: record.stormCooldown,
    ...(forceDeleteAfter === undefined ? {} : { forceDeleteAfter }),
    ...(callback ? { callback: callbackView(callback) } : {}),
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    position: Number(position),
  };
};
