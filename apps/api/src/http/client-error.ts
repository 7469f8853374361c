import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { Problem, problemBody } from './problem';

/**
 * Answers a request that node's parser gave up on: it never becomes one of Fastify's, so that its answer is written out
 * by hand. What else has been asked on the connection cannot be read any more.
 */
export const answerClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.write(answerOf(problemOf(error.code)));
  socket.destroy(error);
};

const problemOf = (code?: string): Problem => {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem(431, 'headers-too-large', 'the request line and headers are larger than 16 KB');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem(408, 'request-timeout', 'the request did not come in time');
  return new Problem(400, 'malformed-request', 'this is not a request in HTTP/1.1');
};

const answerOf = (problem: Problem): string => {
  const body = problemBody(problem, randomUUID());
  const text = JSON.stringify(body);
  return [
    `HTTP/1.1 ${body.status} ${body.title}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
    '',
    text,
  ].join('\r\n');
};
