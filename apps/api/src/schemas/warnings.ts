import { WARNING_CODES } from '@keelson/domain';
import { z } from 'zod';
import { objectRef } from './object-ref';

const warning = z
  .strictObject({
    code: z.enum(WARNING_CODES),
    path: z.string().meta({
      description: 'JSON Pointer into the object: what is wrong, or where what is missing would stand',
    }),
    object: objectRef,
    message: z.string(),
  })
  .meta({ id: 'Warning' });

export const warnings = z.array(warning).meta({
  description:
    'What the manifests leave out that keeps an application up while pods come and go; stops nothing. Overrides and scales are not looked at',
});
