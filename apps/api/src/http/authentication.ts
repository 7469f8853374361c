import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Problem } from './problem';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who the token belongs to; empty on routes that are open. */
    actor: string;
  }
}

/** Names the actor that a token belongs to; undefined when it belongs to nobody. */
export type Authenticate = (token: string) => string | undefined;

export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * Knows one token, by its hash. Tokens are long and random, so a plain SHA-256 suffices; both sides are hashed, so the
 * comparison takes the same time whatever is sent.
 */
export const adminAuthentication = (hash: Buffer): Authenticate => {
  return (token) => (timingSafeEqual(hashToken(token), hash) ? 'admin' : undefined);
};

/** Refuses before the body is read: nobody unknown makes this process parse 10 MB. */
export const requireToken = (fastify: FastifyInstance, authenticate: Authenticate): void => {
  fastify.decorateRequest('actor', '');
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { operation } = request.routeOptions.config;
    if (request.is404 || !operation || operation.open) return done();
    const token = /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    const actor = token === undefined ? undefined : authenticate(token);
    if (actor === undefined) return done(unauthorized(token === undefined));
    request.actor = actor;
    done();
  });
};

const unauthorized = (absent: boolean): Problem =>
  new Problem(
    401,
    absent ? 'token-missing' : 'token-invalid',
    absent ? 'send the header Authorization: Bearer TOKEN' : 'the token is not known',
    [],
    {
      'www-authenticate': absent ? 'Bearer realm="keelson"' : 'Bearer realm="keelson", error="invalid_token"',
    },
  );
