import type { FieldError } from '../kernel/decider';
import type { KubeObject } from '../kubernetes/objects';
import { pointer } from '../manifests/json';
import type { ObjectPatch, Override } from './facets';
import { patchObject } from './json-patch';
import { withReplicas } from './replicas';

export type Rendered =
  | { readonly ok: true; readonly objects: readonly KubeObject[] }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * One override on objects that it is meant for: its patches in order, then its replica count.
 *
 * @param base JSON Pointer of the override in the request, for error paths
 */
export const applyOverride = (
  objects: readonly KubeObject[],
  { patches = [], replicas }: Override,
  base: string,
): Rendered => {
  let changing = objects;
  for (const [index, patch] of patches.entries()) {
    const result = applyPatch(changing, patch, base + pointer('patches', index));
    if (!result.ok) return result;
    changing = result.objects;
  }
  return { ok: true, objects: replicas === undefined ? changing : withReplicas(changing, replicas) };
};

const applyPatch = (
  objects: readonly KubeObject[],
  { target, patch }: ObjectPatch,
  base: string,
): Rendered => {
  const errors: FieldError[] = [];
  let found = false;
  const patched = objects.map((object) => {
    if (object.kind !== target.kind || object.metadata.name !== target.name) return object;
    found = true;
    const result = patchObject(object, patch, `${base}/patch`);
    if (result.ok) return result.object;
    errors.push(...result.errors);
    return object;
  });
  if (!found) {
    errors.push({
      path: `${base}/target`,
      message: `there is no ${target.kind} ${target.name} in the manifests`,
    });
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, objects: patched };
};
