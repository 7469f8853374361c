import { isDnsSubdomain } from '@keelson/domain';
import { z } from 'zod';
import { operation } from '../http/operation';
import {
  accepted,
  dnsLabel,
  listSchema,
  page,
  reasonQuery,
  reasonText,
  time,
  type View,
} from '../schemas/common';

const tag = 'Node repair';
const nodeName = z
  .string()
  .refine(isDnsSubdomain, 'must be the name of a node: a DNS-1123 subdomain')
  .meta({ override: { type: 'string', maxLength: 253 } });
const cluster = z.strictObject({ name: dnsLabel });
const node = cluster.extend({ node: nodeName });

const repair = z
  .strictObject({
    id: z.string(),
    phase: z.enum(['Cordoning', 'Draining', 'Requesting', 'Repairing', 'Returning']),
    why: z.string(),
    policy: z.string().nullable().meta({ description: 'That began it; null where a person did' }),
    by: z.string().nullable(),
    startedAt: time,
    message: z.string().nullable().meta({
      description: 'What it waits for, where that is known: the budget, or what the repair system answered',
    }),
    cordonedByOthers: z
      .boolean()
      .meta({ description: 'Somebody else had cordoned the node, so it stays cordoned in the end' }),
  })
  .meta({ id: 'NodeRepair' });

const nodeAnswer = z
  .strictObject({
    name: z.string(),
    ready: z.boolean(),
    since: time.meta({ description: 'When its Ready condition changed, by the clock of its cluster' }),
    reason: z.string().nullable(),
    message: z.string().nullable(),
    online: z.boolean().meta({ description: 'Ready and not under repair' }),
    firstSeenAt: time,
    repair: repair.nullable(),
  })
  .meta({ id: 'Node' });

export type NodeView = View<typeof nodeAnswer>;

const rate = z.number().nullable().meta({
  description:
    'Of the time in which nodes were known, the part in which they were Ready and not under repair; over 30 days (UTC) and today. Null while no node was ever known',
});

const summary = z
  .strictObject({ total: z.int(), ready: z.int(), underRepair: z.int(), onlineRate: rate })
  .meta({ id: 'NodeSummary' });

export type NodeSummaryView = View<typeof summary>;

export const summariseNodes = operation({
  id: 'summariseNodes',
  tag,
  summary: 'The nodes of the whole fleet, and their online rate',
  description:
    'A cluster that cannot be reached says nothing about its nodes: they count as they were seen last, and the time does not count.',
  method: 'GET',
  path: '/v1/nodes',
  answer: summary,
});

export const listNodes = operation({
  id: 'listNodes',
  tag,
  summary: 'The nodes of a cluster, by name, and their repairs',
  description: 'Of a cluster that cannot be reached: as they were seen last.',
  method: 'GET',
  path: '/v1/clusters/{name}/nodes',
  params: cluster,
  query: z.strictObject(page),
  answer: listSchema(nodeAnswer),
});

export const repairNode = operation({
  id: 'repairNode',
  tag,
  summary: 'Cordon and drain a node, and have it repaired',
  description:
    'Begun at once, whatever limits and storms stop policies. The callback and forceDeleteAfter are those of the first policy, by name, that selects the node.',
  method: 'POST',
  path: '/v1/clusters/{name}/nodes/{node}/repair',
  params: node,
  body: z.strictObject({ reason: reasonText }),
  answer: accepted.extend({ repair: z.string() }),
});

export const cancelNodeRepair = operation({
  id: 'cancelNodeRepair',
  tag,
  summary: 'Give up the repair of a node, and uncordon it',
  description: 'Policies do not begin another one for the same fault.',
  method: 'DELETE',
  path: '/v1/clusters/{name}/nodes/{node}/repair',
  params: node,
  query: z.strictObject(reasonQuery),
  answer: accepted,
});

export const tellNodeRepaired = operation({
  id: 'tellNodeRepaired',
  tag,
  summary: 'Tell that a node is repaired: it is uncordoned as soon as it is Ready',
  method: 'POST',
  path: '/v1/clusters/{name}/nodes/{node}/repaired',
  params: node,
  body: z
    .strictObject({
      reason: reasonText.optional(),
      repair: z.string().max(100).optional().meta({
        description: 'The id of the repair that is meant, as the callback gave it: no other is ended by it',
      }),
    })
    .default({}),
  answer: accepted,
});

export const nodeOperations = [summariseNodes, listNodes, repairNode, cancelNodeRepair, tellNodeRepaired];
