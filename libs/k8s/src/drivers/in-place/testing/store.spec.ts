import type { KubeObject } from '@keelson/domain';
import { valueAt } from '../../json';
import type { ChildPatch } from '../../types';

/** The API server in small: objects by kind and name, a resourceVersion for each change, and refusal of stale writes. */
export class ModelStore {
  private readonly objects = new Map<string, KubeObject>();
  private version = 0;
  private uids = 0;

  list(kind: string): KubeObject[] {
    return [...this.objects.values()].filter((object) => object.kind === kind);
  }

  get(kind: string, name: string): KubeObject | undefined {
    return this.objects.get(`${kind}/${name}`);
  }

  /** Puts in what is new, and what has changed. */
  put(object: KubeObject): KubeObject {
    const { kind, metadata } = object;
    const before = this.get(kind, metadata.name);
    if (before && same(before, object)) return before;
    const stored: KubeObject = {
      ...object,
      metadata: {
        ...metadata,
        uid: before?.metadata.uid ?? `${metadata.name}-uid-${(this.uids += 1)}`,
        creationTimestamp: metadata['creationTimestamp'] ?? stamp(this.uids),
        resourceVersion: String((this.version += 1)),
        generation: (before?.metadata.generation ?? 0) + (same(before?.['spec'], object['spec']) ? 0 : 1),
      },
    };
    this.objects.set(`${kind}/${metadata.name}`, stored);
    return stored;
  }

  setStatus(object: KubeObject, status: object): KubeObject {
    const now = this.get(object.kind, object.metadata.name);
    return now ? this.put({ ...now, status }) : object;
  }

  remove(object: KubeObject): void {
    this.objects.delete(`${object.kind}/${object.metadata.name}`);
  }

  /** Undefined when the object is another one by now, or gone. */
  patch({ ref, uid, resourceVersion, patch }: ChildPatch): KubeObject | undefined {
    const now = this.get(ref.kind, ref.name);
    if (now?.metadata.uid !== uid || now.metadata.resourceVersion !== resourceVersion) return undefined;
    return this.put(merged(now, patch) as KubeObject);
  }
}

const stamp = (count: number): string => new Date(count * 1000).toISOString();

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Strategic merge: `null` removes, containers are merged by name, and the order of fields stays. */
const merged = (target: unknown, patch: unknown): unknown => {
  if (typeof patch !== 'object' || patch === null) return patch;
  if (Array.isArray(patch)) {
    const list = Array.isArray(target) ? target : [];
    return list.map((element: unknown) => {
      const change: unknown = patch.find((each) => valueAt(each, 'name') === valueAt(element, 'name'));
      return change === undefined ? element : merged(element, change);
    });
  }
  const result: Record<string, unknown> = { ...(target as object | undefined) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
};
