import { createHmac } from 'node:crypto';

/**
 * Standard Webhooks, symmetric (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md):
 * `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, keyed by the bytes whose base64 follows `whsec_`.
 * @param timestamp seconds since the epoch
 */
export const signatureOf = (secret: string, id: string, timestamp: number, body: string): string => {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
};
