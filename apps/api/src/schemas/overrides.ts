import { z } from 'zod';
import { replicas } from './common';
import { selector } from './selector';

/** RFC 6902; paths and operations are tried on the manifests by the domain. */
const operation = z.strictObject({
  op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test'], 'must be an operation of RFC 6902'),
  path: z.string(),
  from: z.string().optional(),
  value: z.unknown().optional(),
});

const patch = z.strictObject({
  target: z.strictObject({ kind: z.string().min(1), name: z.string().min(1) }),
  patch: z.array(operation).max(1000, 'at most 1000 operations'),
});

export const override = z
  .strictObject({
    clusterSelector: selector,
    replicas: replicas.optional(),
    patches: z.array(patch).max(1000, 'at most 1000 patches').optional(),
  })
  .meta({ id: 'Override', description: 'A change of the manifests for some clusters' });
