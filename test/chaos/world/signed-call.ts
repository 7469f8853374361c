import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

export interface SignedCall {
  readonly id: string;
  readonly body: string;
  /** As Standard Webhooks wants it. */
  readonly isSigned: boolean;
}

/** A call as it came; undefined when the caller was cut off. */
export const readCall = async (request: IncomingMessage, secret: string): Promise<SignedCall | undefined> => {
  const body = await text(request).catch(() => undefined);
  if (body === undefined) return undefined;
  const id = String(request.headers['webhook-id']);
  const signed = `${id}.${String(request.headers['webhook-timestamp'])}.${body}`;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return { id, body, isSigned: request.headers['webhook-signature'] === signature };
};
