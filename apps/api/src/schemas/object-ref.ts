import { z } from 'zod';

export const objectRef = z
  .strictObject({
    apiVersion: z.string(),
    kind: z.string(),
    namespace: z.string().optional(),
    name: z.string(),
  })
  .meta({ id: 'ObjectRef' });
