import { createHash, randomUUID } from 'node:crypto';
import type { CommandContext, IdempotencyKey } from '@keelson/event-store';
import canonicalize from 'canonicalize';
import type { FastifyRequest } from 'fastify';
import { reasonText } from '../schemas/common';
import { invalid } from './problem';

/** Who asks, why, and under which ids it is recorded. A repeated Idempotency-Key gives the same command id. */
export const commandContext = (request: FastifyRequest, reason: string | undefined): CommandContext => {
  const idempotency = idempotencyKey(request);
  const why = reason ?? reasonHeader(request);
  return {
    commandId: idempotency ? uuidOf(`${idempotency.scope}\n${idempotency.key}`) : randomUUID(),
    correlationId: request.id,
    actor: request.actor,
    ...(why === undefined ? {} : { reason: why }),
    ...(idempotency ? { idempotency } : {}),
  };
};

/** The client's own name for a POST, if it gave one. Keys of other actors and other paths never meet it. */
export const idempotencyKey = (request: FastifyRequest): IdempotencyKey | undefined => {
  const key = request.headers['idempotency-key'];
  if (request.method !== 'POST' || key === undefined) return undefined;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalid([
      { path: 'Idempotency-Key', message: 'must be 1 to 255 printable characters without spaces' },
    ]);
  }
  const path = request.url.split('?', 1)[0] ?? request.url;
  return {
    scope: `${request.actor} POST ${path}`,
    key,
    requestHash: createHash('sha256')
      .update(canonicalize(request.body ?? null) ?? 'null')
      .digest('hex'),
  };
};

const reasonHeader = ({ headers }: FastifyRequest): string | undefined => {
  const header = headers['keelson-reason'];
  if (header === undefined) return undefined;
  const reason = reasonText.safeParse(header);
  if (!reason.success) throw invalid([{ path: 'Keelson-Reason', message: 'must be 1 to 1000 characters' }]);
  return reason.data;
};

/** A UUID (version 8: made from a hash) of a text. */
const uuidOf = (text: string): string => {
  const octets = createHash('sha256').update(text).digest().subarray(0, 16);
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x80;
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80;
  return octets.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};
