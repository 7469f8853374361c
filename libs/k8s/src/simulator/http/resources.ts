import { type KubeObject } from '@keelson/domain';
import { methodNotAllowed } from '../api/api-error';
import { applyObject } from '../api/apply';
import { createObject } from '../api/create';
import { deleteObject } from '../api/delete';
import { forceForbidden, managerRequired } from '../api/option-errors';
import { APPLY_PATCH, patchObject } from '../api/patch';
import { inVersion, renderList } from '../api/render';
import { type Matcher, both, parseFieldSelector, parseLabelSelector } from '../api/selectors';
import { getObject, updateObject } from '../api/update';
import { type ResourceCall, count, deleteOptions, isTrue, writeRequest } from './call';
import { checkedObject, decodeObject, mediaTypeOf, parseBody, readBody } from './body';
import { respondJson } from './respond';
import { type ServedCluster } from './served-cluster';
import { serveSubresource } from './subresources';
import { respondWithWatch } from './watch-response';

/** Every verb on a resource: maps HTTP to the functions of `api/` and nothing else. */
export async function serveResource(cluster: ServedCluster, call: ResourceCall): Promise<void> {
  const { path, request, response } = call;
  const respond = (code: number, object: object) => {
    const isStatus = 'kind' in object && object.kind === 'Status';
    respondJson(response, code, isStatus ? object : inVersion(object as KubeObject, path.apiVersion));
  };
  if (path.subresource === 'scale' || path.subresource === 'eviction') {
    const { code, object } = await serveSubresource(cluster, call);
    respondJson(response, code, object);
    return;
  }
  const isCollection = path.name === undefined;
  switch (request.method) {
    case 'GET':
      if (!isCollection) {
        cluster.requests.count('get');
        respond(200, getObject(cluster.state, writeRequest(call)));
      } else if (isTrue(call.query.get('watch'))) serveWatch(cluster, call);
      else serveList(cluster, call);
      return;
    case 'POST':
      if (!isCollection) throw methodNotAllowed();
      respond(201, await serveCreate(cluster, call));
      return;
    case 'PUT':
      if (isCollection) throw methodNotAllowed();
      respond(200, await serveUpdate(cluster, call));
      return;
    case 'PATCH': {
      if (isCollection) throw methodNotAllowed();
      const { object, created } = await servePatch(cluster, call);
      respond(created ? 201 : 200, object);
      return;
    }
    case 'DELETE':
      respond(200, await serveDelete(cluster, call));
      return;
    default:
      throw methodNotAllowed();
  }
}

const matcherOf = (query: URLSearchParams): Matcher =>
  both(parseLabelSelector(query.get('labelSelector')), parseFieldSelector(query.get('fieldSelector')));

function serveList(cluster: ServedCluster, { path, type, query, response }: ResourceCall): void {
  cluster.requests.count('list');
  const page = cluster.lister.list(type, {
    namespace: path.namespace,
    matches: matcherOf(query),
    limit: Number(query.get('limit') ?? 0),
    continueToken: query.get('continue') ?? undefined,
    resourceVersion: query.get('resourceVersion') ?? undefined,
  });
  respondJson(response, 200, renderList(type, path.apiVersion, page));
}

function serveWatch(cluster: ServedCluster, { path, type, query, request, response }: ResourceCall): void {
  cluster.requests.count('watch');
  const { watchTimeoutMs, bookmarkEveryMs } = cluster.timings;
  const asked = Number(query.get('timeoutSeconds') ?? 0) * 1000;
  // Spread the ends, or all watches of a fleet would come back in the same second.
  const timeoutMs = asked > 0 ? asked : watchTimeoutMs + cluster.state.ids.next(watchTimeoutMs);
  const options = {
    type,
    apiVersion: path.apiVersion,
    namespace: path.namespace,
    matches: matcherOf(query),
    resourceVersion: query.get('resourceVersion') ?? undefined,
    bookmarks: isTrue(query.get('allowWatchBookmarks')),
    timeoutMs: Math.min(timeoutMs, 2 ** 31 - 1),
    bookmarkEveryMs,
  };
  respondWithWatch(request, response, (sink) => cluster.hub.start(options, sink));
}

async function serveCreate(cluster: ServedCluster, call: ResourceCall): Promise<KubeObject> {
  const write = writeRequest(call);
  count(cluster, 'create', write);
  const text = await readBody(call.request);
  return createObject(
    cluster.state,
    write,
    decodeObject(call.type, call.path, mediaTypeOf(call.request), text),
  );
}

async function serveUpdate(cluster: ServedCluster, call: ResourceCall): Promise<KubeObject> {
  const write = writeRequest(call);
  count(cluster, 'update', write);
  const text = await readBody(call.request);
  return updateObject(
    cluster.state,
    write,
    decodeObject(call.type, call.path, mediaTypeOf(call.request), text),
  );
}

async function servePatch(
  cluster: ServedCluster,
  call: ResourceCall,
): Promise<{ object: KubeObject; created: boolean }> {
  const write = writeRequest(call);
  const mediaType = mediaTypeOf(call.request);
  const isApply = mediaType === APPLY_PATCH;
  count(cluster, isApply ? 'apply' : 'patch', write);
  const text = await readBody(call.request);
  if (!isApply) {
    if (isTrue(call.query.get('force'))) throw forceForbidden();
    return { object: patchObject(cluster.state, write, mediaType, parseBody(text)), created: false };
  }
  if (!call.query.get('fieldManager')) throw managerRequired();
  return applyObject(cluster.state, write, checkedObject(call.type, call.path, parseBody(text), 'apply'));
}

async function serveDelete(cluster: ServedCluster, call: ResourceCall): Promise<object> {
  const write = writeRequest(call);
  const text = await readBody(call.request);
  const options = deleteOptions(text === '' ? undefined : parseBody(text), call.query);
  const { dryRun } = options;
  count(cluster, 'delete', { ...write, dryRun });
  if (call.path.name !== undefined) return deleteObject(cluster.state, { ...write, dryRun }, options);
  const page = cluster.lister.list(call.type, {
    namespace: call.path.namespace,
    matches: matcherOf(call.query),
    limit: 0,
    continueToken: undefined,
    resourceVersion: undefined,
  });
  for (const { metadata } of page.items) {
    const each = { ...write, dryRun, namespace: metadata.namespace, name: metadata.name };
    deleteObject(cluster.state, each, options);
  }
  return renderList(call.type, call.path.apiVersion, page);
}
