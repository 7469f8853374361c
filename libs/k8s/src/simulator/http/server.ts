import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { ApiError, unauthorized } from '../api/api-error';
import { type SimulatedCluster } from '../simulated-cluster';
import { type Connections } from './connections';
import { respondError } from './respond';
import { route } from './route';
import { parseTarget } from './target';

/** Longer than any client's pool keeps a socket: the server must not close one that is about to be used. */
const KEEP_ALIVE_MS = 300_000;

/** The HTTP server of all clusters. `find` gives the cluster of a name. */
export function createHttpServer(
  find: (name: string) => SimulatedCluster | undefined,
  connections: Connections,
): Server {
  const server = createServer({ keepAlive: true, noDelay: true }, (request, response) => {
    void answer(find, connections, request, response).catch((error: unknown) => {
      if (!response.destroyed) respondError(response, error);
    });
  });
  server.on('connection', (socket) => {
    connections.add(socket);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0;
  return server;
}

async function answer(
  find: (name: string) => SimulatedCluster | undefined,
  connections: Connections,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = parseTarget(request.url ?? '/');
  const cluster = target && find(target.cluster);
  if (!target || !cluster) throw new ApiError(404, 'NotFound', 'no simulated cluster at this path', {});
  const { faults } = cluster;
  connections.assign(request.socket, faults);
  if (!faults.reachable) return void request.socket.destroy();
  if (faults.delayMs > 0) {
    await pause(faults.delayMs);
    if (!faults.reachable || request.socket.destroyed) return void request.socket.destroy();
  }
  const failure = faults.nextFailure();
  if (failure !== undefined) {
    if (failure === 429) response.setHeader('retry-after', '1');
    throw new ApiError(failure, 'InternalError', 'this failure was asked for', { retryAfterSeconds: 1 });
  }
  if (request.headers.authorization !== `Bearer ${cluster.token}`) throw unauthorized();
  await route(cluster, target, request, response);
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
