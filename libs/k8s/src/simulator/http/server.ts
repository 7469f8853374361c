import { type IncomingMessage, type Server, createServer } from 'node:http';
import { ApiError, expired, unauthorized } from '../api/api-error';
import { type RequestKind } from '../faults/fate';
import { type SimulatedCluster } from '../simulated-cluster';
import { type Connections } from './connections';
import { type FindClusters, serveControl } from './control';
import { FaultyResponse } from './faulty-response';
import { respondError } from './respond';
import { route } from './route';
import { type Target, parseTarget } from './target';
import { respondWithExpiry } from './watch-response';

/** Longer than any client's pool keeps a socket: the server must not close one that is about to be used. */
const KEEP_ALIVE_MS = 300_000;

/** The HTTP server of all clusters. */
export function createHttpServer(find: FindClusters, connections: Connections): Server {
  const options = { keepAlive: true, noDelay: true, ServerResponse: FaultyResponse };
  const server = createServer(options, (request, response) => {
    void answer(find, connections, request, response).catch((error: unknown) => {
      if (!response.destroyed) respondError(response, error);
    });
  });
  server.on('connection', (socket) => {
    connections.add(socket);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0;
  // Else a connection that was opened and not yet needed is answered 408 after a minute, before any request.
  server.headersTimeout = 0;
  return server;
}

async function answer(
  find: FindClusters,
  connections: Connections,
  request: IncomingMessage,
  response: FaultyResponse,
): Promise<void> {
  const target = parseTarget(request.url ?? '/');
  const [cluster] = target && target.cluster !== '*' ? find(target.cluster) : [];
  if (target && cluster) return serve(cluster, target, connections, request, response);
  if (!(await serveControl(find, request, response))) {
    throw new ApiError(404, 'NotFound', 'no simulated cluster at this path', {});
  }
}

async function serve(
  cluster: SimulatedCluster,
  target: Target,
  connections: Connections,
  request: IncomingMessage,
  response: FaultyResponse,
): Promise<void> {
  const { faults } = cluster;
  connections.assign(request.socket, faults);
  if (faults.isSilent(request.socket)) return;
  const kind = kindOf(target, request);
  const fate = faults.fateOf(kind);
  response.fate = fate;
  if (fate.waitMs[0] > 0) await pause(fate.waitMs[0]);
  if (faults.plan.unreachable || fate.lost === 'request' || request.socket.destroyed) {
    return void request.socket.destroy();
  }
  if (fate.refusal) throw refusal(fate.refusal, response);
  if (request.headers.authorization !== `Bearer ${cluster.token}`) throw unauthorized();
  if (!fate.expired) return route(cluster, target, request, response);
  const gone = expired('too old resource version: this expiry was asked for');
  if (kind.resumes === 'page') throw gone;
  respondWithExpiry(response, gone);
}

const kindOf = ({ query }: Target, { method }: IncomingMessage): RequestKind => {
  const isWrite = method !== 'GET';
  if (isWrite) return { isWrite, resumes: undefined };
  const isWatch = query.has('watch') && Number(query.get('resourceVersion') ?? 0) > 0;
  return { isWrite, resumes: isWatch ? 'watch' : query.has('continue') ? 'page' : undefined };
};

function refusal(
  { status, retryAfterSeconds }: { status: number; retryAfterSeconds: number },
  response: FaultyResponse,
): ApiError {
  const isLater = status === 429 || status === 503;
  if (isLater) response.setHeader('retry-after', String(retryAfterSeconds));
  const reason = REASONS[status] ?? 'InternalError';
  return new ApiError(status, reason, 'this failure was asked for', isLater ? { retryAfterSeconds } : {});
}

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
