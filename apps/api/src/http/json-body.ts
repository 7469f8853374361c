import type { FastifyInstance, FastifyRequest } from 'fastify';
import { findUnbearable } from './body-guard';
import { findTooDeep, MAX_DEPTH } from './nesting';
import { invalid, Problem } from './problem';

/** Octets; Kubernetes itself stops at 3 MB an object, and an application holds several. */
export const BODY_LIMIT = 10 * 1024 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Replaces Fastify's parsers: `application/json` only, and nothing gets past that a later step could choke on. */
export const registerJsonBody = (fastify: FastifyInstance): void => {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
    (_request: FastifyRequest, body: Buffer, done) => {
      try {
        done(null, parseJsonBody(body));
      } catch (error) {
        done(error as Error);
      }
    },
  );
};

/** The parsed body; undefined for an empty one. Throws a Problem: 400 for what is no JSON, 422 for what cannot be kept. */
export const parseJsonBody = (body: Buffer): unknown => {
  if (body.length === 0) return undefined;
  const text = readable(() => utf8.decode(body));
  const deep = findTooDeep(text);
  if (deep !== undefined)
    throw invalid([{ path: deep, message: `is nested deeper than ${MAX_DEPTH} levels` }]);
  const parsed = readable(() => JSON.parse(text) as unknown);
  const unbearable = findUnbearable(parsed);
  if (unbearable) throw invalid([unbearable]);
  return parsed;
};

const readable = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw new Problem(400, 'malformed-json', `the body is not JSON: ${(error as Error).message}`);
  }
};
