import { z } from 'zod';
import { operation } from '../http/operation';
import {
  accepted,
  dnsLabel,
  duration,
  listSchema,
  page,
  position,
  reasonQuery,
  reasonText,
  share,
  time,
  type View,
} from '../schemas/common';
import { callback, shownCallback } from '../schemas/callback';
import { selector } from '../schemas/selector';

const tag = 'Node repair';
const params = z.strictObject({ name: dnsLabel });
const CONDITION_TYPE = /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

const definition = {
  clusterSelector: selector
    .optional()
    .meta({ description: 'By labels of the cluster; every cluster when left out' }),
  nodeSelector: selector.optional().meta({ description: 'By labels of the node; every node when left out' }),
  condition: z
    .strictObject({
      type: z
        .string()
        .regex(CONDITION_TYPE, 'must be the type of a condition such as KernelDeadlock')
        .refine((type) => type !== 'Ready', 'is looked at anyway'),
      status: z.enum(['True', 'False', 'Unknown'], 'must be True, False or Unknown').default('True'),
    })
    .optional()
    .meta({
      description: 'Also repairs nodes that have this condition, such as a node problem detector sets',
    }),
  notReadyFor: duration
    .default('5m')
    .meta({ description: 'How long a node must have been faulty before its repair is begun', example: '5m' }),
  maxUnhealthy: share.default('20%').meta({
    description:
      'Of the selected nodes of a cluster. When more are faulty at once the cluster is what is sick, and repairs halt',
  }),
  maxConcurrent: share.default(1).meta({
    description:
      'How many nodes of a cluster may be under repair at once; a percentage is of the selected nodes',
  }),
  stormCooldown: duration.default('10m').meta({
    description: 'How long no more than maxUnhealthy must have been faulty before halted repairs go on',
    example: '10m',
  }),
  forceDeleteAfter: duration.optional().meta({
    description:
      'How long after its cordon the pods of a node that is still not Ready are deleted without grace and without asking budgets; never when left out',
    example: '5m',
  }),
};

const policyBody = z
  .strictObject({
    ...definition,
    callback: callback
      .optional()
      .meta({ description: 'The repair system, which is told of each drained node' }),
    reason: reasonText.optional(),
  })
  .meta({
    id: 'NodeRepairPolicyDefinition',
    description: 'When nodes are cordoned, drained under budgets and repaired without anybody being asked',
  });

export type NodeRepairPolicyBody = z.output<typeof policyBody>;

const policyAnswer = z
  .strictObject({
    name: z.string(),
    ...definition,
    callback: shownCallback.optional(),
    createdAt: time,
    updatedAt: time,
    position,
  })
  .meta({ id: 'NodeRepairPolicy' });

export type NodeRepairPolicyView = View<typeof policyAnswer>;

export const putNodeRepairPolicy = operation({
  id: 'putNodeRepairPolicy',
  tag,
  summary: 'Define when faulty nodes are repaired',
  method: 'PUT',
  path: '/v1/node-repair-policies/{name}',
  params,
  body: policyBody,
  answer: accepted,
});

export const listNodeRepairPolicies = operation({
  id: 'listNodeRepairPolicies',
  tag,
  summary: 'All node repair policies, by name',
  method: 'GET',
  path: '/v1/node-repair-policies',
  query: z.strictObject(page),
  answer: listSchema(policyAnswer),
});

export const getNodeRepairPolicy = operation({
  id: 'getNodeRepairPolicy',
  tag,
  summary: 'One node repair policy',
  method: 'GET',
  path: '/v1/node-repair-policies/{name}',
  params,
  answer: policyAnswer,
});

export const deleteNodeRepairPolicy = operation({
  id: 'deleteNodeRepairPolicy',
  tag,
  summary: 'Delete a node repair policy',
  description:
    'Repairs that it began are taken back, except where the repair system was called already: those end when they are told.',
  method: 'DELETE',
  path: '/v1/node-repair-policies/{name}',
  params,
  query: z.strictObject(reasonQuery),
  answer: accepted,
});

export const nodeRepairPolicyOperations = [
  putNodeRepairPolicy,
  listNodeRepairPolicies,
  getNodeRepairPolicy,
  deleteNodeRepairPolicy,
];
