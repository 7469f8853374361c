import type { Callback } from '@keelson/domain';
import { z } from 'zod';

const SECRET = 'must be whsec_ and the base64 of 24 to 64 bytes';
export const signingSecret = z
  .string(SECRET)
  .refine((text) => {
    const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
    const bytes = base64 === undefined ? 0 : Buffer.from(base64, 'base64').length;
    return bytes >= 24 && bytes <= 64;
  }, SECRET)
  .meta({
    description: 'Signs callbacks as Standard Webhooks do. Kept encrypted, outside the log, and never shown',
  });

export const callbackUrl = z.string().max(2048, 'must be no longer than 2048 characters');

export const callback = z.strictObject({ url: callbackUrl, secret: signingSecret.optional() });

export const shownCallback = z.strictObject({ url: z.string(), signed: z.boolean() });

export const callbackView = ({ url, secret }: Callback): z.output<typeof shownCallback> => ({
  url,
  signed: secret !== undefined,
});
