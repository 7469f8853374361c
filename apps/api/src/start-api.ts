import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { ApiModule } from './api.module';
import { Metrics } from './health/metrics';
import { requireToken } from './http/authentication';
import { answerClientError } from './http/client-error';
import { Connections } from './http/connections';
import { correlationId } from './http/correlation';
import { BODY_LIMIT, registerJsonBody } from './http/json-body';
import { Problem } from './http/problem';
import { sendProblem } from './http/problem.filter';
import type { ApiOptions } from './options';

/** A running API. */
export interface Api {
  readonly fastify: FastifyInstance;
  /** Answers the URL. Rejects with node's error (EADDRINUSE, EACCES …) when it cannot listen. `port` 0: any. */
  listen(host: string, port: number): Promise<string>;
  /** Ends streams, lets requests under way finish, frees the port. */
  close(): Promise<void>;
}

export const createApi = async (options: ApiOptions): Promise<Api> => {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    genReqId: correlationId,
    // Names have at most 63 characters; what is longer must reach its check instead of being "not found".
    routerOptions: { maxParamLength: 1024 },
    // Keep-alive: longer than the usual load balancer (60 s), so that it is never we who close first.
    keepAliveTimeout: 65_000,
    clientErrorHandler: answerClientError,
    frameworkErrors: (error: FastifyError, _request: unknown, reply: unknown) => {
      sendProblem(reply as FastifyReply, new Problem(error.statusCode ?? 400, 'bad-request', error.message));
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.of(options), adapter, {
    logger: false,
    bodyParser: false,
    abortOnError: false,
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  const connections = new Connections(fastify.server);
  registerJsonBody(fastify);
  addHeaders(fastify);
  app.get(Metrics).observeRequests(fastify);
  requireToken(fastify, options.authenticate);
  await app.init();
  await fastify.ready();
  return {
    fastify,
    listen: (host, port) => fastify.listen({ host, port }),
    close: () => connections.closeDuring(() => app.close()),
  };
};

const addHeaders = (fastify: FastifyInstance): void => {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    done();
  });
};
