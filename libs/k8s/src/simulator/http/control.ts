import { type IncomingMessage, type ServerResponse } from 'node:http';
import { ApiError, badRequest, methodNotAllowed } from '../api/api-error';
import { parseFaultPlan } from '../faults/fault-plan';
import { isObject } from '../json';
import { type SimulatedCluster } from '../simulated-cluster';
import { readBody } from './body';
import { respondJson } from './respond';

/** The clusters of a simulator by name; `*` is all of them. */
export type FindClusters = (name: string) => readonly SimulatedCluster[];

/**
 * For whoever drives the simulator from another process, `*` for every cluster:
 * - `GET | PUT | DELETE /control/clusters/{name}/faults`: a FaultPlan; DELETE heals
 * - `PUT | DELETE /control/clusters/{name}/nodes/{node}`: `{"kubelet": "running" | "stopped"}` (a new name is a new
 *   node), or `{"condition": {type, status, reason, message}}` for what its kubelet reports; DELETE removes the node
 * - `POST /control/clusters/{name}/compact`: every older resourceVersion and continue token is expired
 * @returns whether the request was one of these
 */
export async function serveControl(
  find: FindClusters,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const [path = ''] = (request.url ?? '').split('?');
  const match = /^\/control\/clusters\/([^/]+)\/(faults|compact|nodes\/([^/]+))$/.exec(path);
  if (!match) return false;
  const [, name = '', what = '', node] = match.map((part) => part && decodeURIComponent(part));
  const clusters = find(name);
  if (clusters.length === 0) throw new ApiError(404, 'NotFound', `there is no simulated cluster ${name}`, {});
  const body = request.method === 'PUT' ? parse(await readBody(request)) : undefined;
  if (what === 'faults') respondJson(response, 200, serveFaults(clusters, request.method, body));
  else {
    if (node !== undefined) changeNode(clusters, node, request.method, body);
    else if (request.method === 'POST') for (const cluster of clusters) cluster.compact();
    else throw methodNotAllowed();
    respondJson(response, 200, {});
  }
  return true;
}

function serveFaults(
  clusters: readonly SimulatedCluster[],
  method: string | undefined,
  body: unknown,
): object {
  if (method === 'PUT' || method === 'DELETE') {
    const plan = orBadRequest(() => parseFaultPlan(method === 'PUT' ? body : {}));
    for (const { faults } of clusters) faults.set(plan);
  } else if (method !== 'GET') throw methodNotAllowed();
  return clusters.length === 1
    ? (clusters[0]?.faults.plan ?? {})
    : Object.fromEntries(clusters.map(({ name, faults }) => [name, faults.plan]));
}

function changeNode(
  clusters: readonly SimulatedCluster[],
  node: string,
  method: string | undefined,
  body: unknown,
): void {
  if (method !== 'PUT' && method !== 'DELETE') throw methodNotAllowed();
  orBadRequest(() => {
    for (const cluster of clusters) {
      if (method === 'DELETE') cluster.removeNode(node);
      else if (!isObject(body)) throw new Error('the body must be an object');
      else if (body.kubelet === 'stopped') cluster.stopNode(node);
      else if (body.kubelet === 'running') cluster.startNode(node);
      else if (isObject(body.condition)) cluster.reportNode(node, conditionOf(body.condition));
      else throw new Error('kubelet must be running or stopped, or condition an object');
    }
  });
}

const STATUSES = ['True', 'False', 'Unknown'] as const;

function conditionOf({ type, status, reason, message }: Record<string, unknown>) {
  const known = STATUSES.find((each) => each === status);
  if (typeof type !== 'string' || type === '') throw new Error('condition.type must be a text');
  if (!known) throw new Error(`condition.status must be one of ${STATUSES.join(', ')}`);
  return {
    type,
    status: known,
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof message === 'string' ? { message } : {}),
  };
}

const parse = (text: string): unknown => orBadRequest(() => JSON.parse(text) as unknown);

function orBadRequest<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}
