import { badRequest, methodNotAllowed } from '../api/api-error';
import { evictPod } from '../api/evict';
import { getScale, patchScale, updateScale } from '../api/scale';
import { APPLY_PATCH } from '../api/patch';
import { objectAt } from '../json';
import { parseBody, mediaTypeOf, readBody } from './body';
import { type ResourceCall, count, deleteOptions, writeRequest } from './call';
import { type ServedCluster } from './served-cluster';

interface Answered {
  readonly code: number;
  readonly object: object;
}

/** The endpoints below an object that speak of another kind: `/scale` and `/eviction`. */
export const serveSubresource = (cluster: ServedCluster, call: ResourceCall): Promise<Answered> =>
  call.path.subresource === 'scale' ? serveScale(cluster, call) : serveEviction(cluster, call);

async function serveScale(cluster: ServedCluster, call: ResourceCall): Promise<Answered> {
  const { request } = call;
  const write = writeRequest(call);
  switch (request.method) {
    case 'GET':
      cluster.requests.count('get');
      return { code: 200, object: getScale(cluster.state, write) };
    case 'PUT': {
      count(cluster, 'update', write);
      const body = parseBody(await readBody(request));
      return { code: 200, object: updateScale(cluster.state, write, body) };
    }
    case 'PATCH': {
      count(cluster, 'patch', write);
      const mediaType = mediaTypeOf(request);
      if (mediaType === APPLY_PATCH) throw badRequest('the simulator takes no apply patch on /scale');
      const patch = parseBody(await readBody(request));
      return { code: 200, object: patchScale(cluster.state, write, mediaType, patch) };
    }
    default:
      throw methodNotAllowed();
  }
}

async function serveEviction(cluster: ServedCluster, call: ResourceCall): Promise<Answered> {
  if (call.request.method !== 'POST') throw methodNotAllowed();
  const write = writeRequest(call);
  const body = parseBody(await readBody(call.request));
  const options = deleteOptions(objectAt(body, 'deleteOptions'), call.query);
  const dryRun = write.dryRun || options.dryRun;
  count(cluster, 'create', { ...write, dryRun });
  return { code: 201, object: evictPod(cluster.state, { ...write, dryRun }, body, options) };
}
