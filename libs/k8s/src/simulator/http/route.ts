import { type IncomingMessage, type ServerResponse } from 'node:http';
import { methodNotAllowed, unknownPath } from '../api/api-error';
import { VERSION, coreVersions, group, groupList, resourceList } from '../api/discovery';
import { type ResourceType } from '../api/resource-type';
import { type Target, parseResourcePath } from './target';
import { respondJson } from './respond';
import { serveResource } from './resources';
import { type ServedCluster } from './served-cluster';

/** Answers one authenticated request to one cluster. */
export async function route(
  cluster: ServedCluster,
  target: Target,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const document = request.method === 'GET' ? discovery(cluster, target.path) : undefined;
  if (document !== undefined) {
    cluster.requests.count('discovery');
    if (typeof document === 'string') response.writeHead(200, { 'content-type': 'text/plain' }).end(document);
    else respondJson(response, 200, document);
    return;
  }
  const path = /^\/apis?\//.test(target.path) ? parseResourcePath(target.path) : undefined;
  const type = path && cluster.state.registry.byPath(path.apiVersion, path.plural);
  if (!path || !type) throw unknownPath();
  if (path.subresource !== undefined && !hasEndpoint(type, path.subresource)) throw unknownPath();
  // A namespaced collection without a namespace can be read, not written.
  if (type.namespaced && path.namespace === undefined && request.method !== 'GET') throw methodNotAllowed();
  if (!type.namespaced && path.namespace !== undefined) throw unknownPath();
  await serveResource(cluster, { path, type, query: target.query, request, response });
}

const hasEndpoint = (type: ResourceType, subresource: string): boolean =>
  (subresource === 'status' && type.hasStatus) ||
  (subresource === 'scale' && type.scale !== undefined) ||
  (subresource === 'eviction' && type.kind === 'Pod' && type.group === '');

function discovery({ state }: ServedCluster, path: string): object | string | undefined {
  if (path === '/version') return VERSION;
  if (path === '/healthz' || path === '/readyz' || path === '/livez') return 'ok';
  if (path === '/api') return coreVersions;
  if (path === '/apis') return groupList(state.registry);
  const [, root, first, second, ...rest] = path.split('/');
  if (rest.length > 0 || first === undefined) return undefined;
  if (root === 'api' && second === undefined) return resourceList(state.registry, first);
  if (root !== 'apis') return undefined;
  return second === undefined
    ? group(state.registry, first)
    : resourceList(state.registry, `${first}/${second}`);
}
