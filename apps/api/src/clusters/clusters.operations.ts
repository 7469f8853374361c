import { z } from 'zod';
import { operation } from '../http/operation';
import {
  accepted,
  dnsLabel,
  labels,
  listSchema,
  page,
  position,
  reasonQuery,
  reasonText,
  time,
  type View,
} from '../schemas/common';

const tag = 'Clusters';
const params = z.strictObject({ name: dnsLabel });

const connection = z
  .strictObject({
    kubeconfig: z.string().optional().meta({ description: 'YAML or JSON; its current context is used' }),
    server: z.string().optional().meta({ description: 'https URL of the API server' }),
    caData: z.string().optional().meta({ description: 'PEM, in base64' }),
    token: z.string().optional(),
  })
  .superRefine(({ kubeconfig, ...parts }, context) => {
    const given = Object.entries(parts).filter(([, value]) => value !== undefined);
    if (kubeconfig === undefined && parts.server === undefined) {
      context.addIssue({ code: 'custom', message: 'needs a kubeconfig, or a server' });
    }
    if (kubeconfig === undefined) return;
    for (const [key] of given) {
      context.addIssue({ code: 'custom', path: [key], message: 'give a kubeconfig or the parts, not both' });
    }
  })
  .meta({
    id: 'Connection',
    description:
      'Either a kubeconfig, or server with caData and token. Exec plugins and file paths are refused. Kept encrypted, outside the log.',
  });

export type ConnectionBody = z.output<typeof connection>;

const cluster = z
  .strictObject({
    name: z.string(),
    labels: z.record(z.string(), z.string()),
    server: z.string(),
    phase: z.enum(['Pending', 'Connected', 'Unreachable', 'Forgotten']),
    version: z
      .string()
      .nullable()
      .meta({ description: "Of the cluster's Kubernetes; null until it was reached" }),
    lastSeen: time.nullable(),
    nodes: z.strictObject({
      total: z.int(),
      ready: z.int(),
      onlineRate: z.number().nullable().meta({
        description:
          'Part of the node-time of 30 days and today in which nodes were Ready and not under repair; null while no node was ever known',
      }),
    }),
    targets: z.strictObject({ total: z.int(), converged: z.int(), drifted: z.int(), behind: z.int() }),
    warnings: z.array(z.string()),
    credentialsExpireAt: time
      .optional()
      .meta({ description: 'Where the client certificate or the token says so' }),
    lastError: z.strictObject({ reason: z.string(), message: z.string(), at: time }).optional(),
    position,
  })
  .meta({ id: 'Cluster' });

export type ClusterView = View<typeof cluster>;

export const putCluster = operation({
  id: 'putCluster',
  tag,
  summary: 'Register a cluster, or change its labels or connection',
  method: 'PUT',
  path: '/v1/clusters/{name}',
  params,
  body: z.strictObject({ labels: labels.default({}), connection, reason: reasonText.optional() }),
  answer: accepted.extend({ warnings: z.array(z.string()) }),
});

export const listClusters = operation({
  id: 'listClusters',
  tag,
  summary: 'All clusters, by name',
  description: 'A forgotten cluster is listed while it still owes deletes.',
  method: 'GET',
  path: '/v1/clusters',
  query: z.strictObject(page),
  answer: listSchema(cluster),
});

export const getCluster = operation({
  id: 'getCluster',
  tag,
  summary: 'One cluster',
  method: 'GET',
  path: '/v1/clusters/{name}',
  params,
  answer: cluster,
});

export const deleteCluster = operation({
  id: 'deleteCluster',
  tag,
  summary: 'Forget a cluster, and delete or orphan what runs there',
  description:
    'With `delete` it is served until nothing is owed to it; one that never comes back stays listed, with what it owes, until it is orphaned. `orphan` leaves everything there and forgets what is owed; the log names it.',
  method: 'DELETE',
  path: '/v1/clusters/{name}',
  params,
  query: z.strictObject({
    workloads: z.enum(['delete', 'orphan'], 'must be delete or orphan').default('delete'),
    ...reasonQuery,
  }),
  answer: accepted,
});

export const clusterOperations = [putCluster, listClusters, getCluster, deleteCluster];
