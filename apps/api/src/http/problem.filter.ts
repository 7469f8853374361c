import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiLogger } from '../options';
import { problemBody, type Problem } from './problem';
import { toProblem } from './to-problem';

/** The one place where an error becomes an answer: handlers, hooks, body parsing and unknown routes all end here. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: ApiLogger,
    private readonly explainMissing: (method: string, url: string) => Problem,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const problem = request.is404 ? this.explainMissing(request.method, request.url) : toProblem(error);
    if (problem.status >= 500) this.report(problem, request);
    sendProblem(http.getResponse<FastifyReply>(), problem);
  }

  private report(problem: Problem, { id, method, url }: FastifyRequest): void {
    this.logger.error(
      { err: problem.cause ?? problem, correlationId: id, method, url, code: problem.code },
      'request failed',
    );
  }
}

export const sendProblem = (reply: FastifyReply, problem: Problem): void => {
  // A stream that breaks after its first byte cannot become a problem any more: the client sees it cut off.
  if (reply.sent || reply.raw.headersSent) {
    reply.raw.destroy();
    return;
  }
  void reply
    .code(problem.status)
    .headers(problem.headers)
    .header('content-type', 'application/problem+json')
    // Octets, because Fastify adds a charset to the type of a text, and this type has none.
    .send(Buffer.from(JSON.stringify(problemBody(problem, reply.request.id))));
};
