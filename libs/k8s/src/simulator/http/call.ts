import { type IncomingMessage, type ServerResponse } from 'node:http';
import { badRequest } from '../api/api-error';
import { type WriteRequest } from '../api/cluster-state';
import { type DeleteOptions, type PropagationPolicy } from '../api/delete';
import { dryRunUnknown } from '../api/option-errors';
import { type ResourceType } from '../api/resource-type';
import { isObject, objectAt } from '../json';
import { type Verb } from './request-counts';
import { type ServedCluster } from './served-cluster';
import { type ResourcePath } from './target';

/** One request for a resource, and what its query and headers mean to the functions of `api/`. */
export interface ResourceCall {
  readonly path: ResourcePath;
  readonly type: ResourceType;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export const isTrue = (value: string | null): boolean => value === 'true' || value === '1';

export function writeRequest({ path, type, query, request }: ResourceCall): WriteRequest {
  const agent = (request.headers['user-agent'] ?? '').split('/')[0];
  const dryRun = query.getAll('dryRun');
  const unknown = dryRun.find((value) => value !== 'All');
  if (unknown !== undefined) throw dryRunUnknown(request.method, unknown);
  return {
    type,
    apiVersion: path.apiVersion,
    namespace: path.namespace,
    name: path.name,
    subresource: path.subresource === 'status' || path.subresource === 'scale' ? path.subresource : undefined,
    manager: query.get('fieldManager') ?? (agent || 'unknown'),
    dryRun: dryRun.length > 0,
    force: isTrue(query.get('force')),
  };
}

/** A dry run counts as such, whatever its verb. */
export const count = ({ requests }: ServedCluster, verb: Verb, { dryRun }: WriteRequest): void => {
  requests.count(dryRun ? 'dryRun' : verb);
};

const POLICIES: readonly unknown[] = ['Background', 'Foreground', 'Orphan'];

/** DeleteOptions come in the body or, where there is none, in the query: a query beside a body counts for nothing. */
export function deleteOptions(body: unknown, query: URLSearchParams): DeleteOptions & { dryRun: boolean } {
  const given = body ?? optionsIn(query);
  if (!isObject(given)) throw badRequest('the body is not a DeleteOptions object');
  const { propagationPolicy: policy, gracePeriodSeconds: grace, dryRun } = given;
  if (policy !== undefined && !POLICIES.includes(policy)) {
    throw badRequest(`propagationPolicy: Unsupported value: ${JSON.stringify(policy)}`);
  }
  return {
    propagationPolicy: policy as PropagationPolicy | undefined,
    preconditions: objectAt(given, 'preconditions'),
    gracePeriodSeconds: grace === undefined ? undefined : Number(grace),
    dryRun: Array.isArray(dryRun) && dryRun.length > 0,
  };
}

const optionsIn = (query: URLSearchParams): object => ({
  propagationPolicy: query.get('propagationPolicy') ?? undefined,
  gracePeriodSeconds: query.get('gracePeriodSeconds') ?? undefined,
  dryRun: query.getAll('dryRun'),
});
