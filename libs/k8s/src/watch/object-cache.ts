import type { KubeObject } from '@keelson/domain';
import { compareVersions, isOlder } from './resource-version';

export interface CacheChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

/** Enough for the slowest watch to catch up; after it a write that never showed is not waited for (a restored etcd). */
const EXPECTATION_MS = 60_000;

export const cacheKey = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

const keyOfObject = (object: KubeObject): string => cacheKey(object.metadata.namespace, object.metadata.name);

/**
 * The objects of one kind, as lists and watches tell, and never older than our own writes: the answer to an apply is
 * stored here at once, and until the watch has shown it too, what is older is not believed (OpenKruise calls this a
 * resource-version expectation). Everything else a list or watch says is believed as it comes, even when versions
 * go backwards, as they do after a restore of etcd.
 */
export class ObjectCache {
  readonly #objects = new Map<string, KubeObject>();
  readonly #expected = new Map<string, { object: KubeObject; until: number }>();

  constructor(private readonly now: () => number = Date.now) {}

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  values(): IterableIterator<KubeObject> {
    return this.#objects.values();
  }

  get size(): number {
    return this.#objects.size;
  }

  /** An answer to our own write. Undefined when the cache knows something newer already, or the very same. */
  store(object: KubeObject): CacheChange | undefined {
    const key = keyOfObject(object);
    const known = this.#objects.get(key);
    if (known && (isOlder(object, known) || sameVersion(object, known))) return undefined;
    this.#expected.set(key, { object, until: this.now() + EXPECTATION_MS });
    return this.#put(key, object);
  }

  /** An ADDED or MODIFIED event. Undefined when it is older than, or the echo of, our own write. */
  put(object: KubeObject): CacheChange | undefined {
    const key = keyOfObject(object);
    const expected = this.#expectation(key);
    if (expected && isOlder(object, expected)) return undefined;
    this.#expected.delete(key);
    const known = this.#objects.get(key);
    return known && sameVersion(object, known) ? undefined : this.#put(key, object);
  }

  /** A DELETED event. Undefined when we do not know the object, or have written it anew since. */
  remove(object: KubeObject): CacheChange | undefined {
    const key = keyOfObject(object);
    const expected = this.#expectation(key);
    if (expected && isOlder(object, expected)) return undefined;
    this.#expected.delete(key);
    return this.#objects.delete(key) ? { type: 'DELETED', object } : undefined;
  }

  /** A complete list: the differences to what was known. */
  replace(items: readonly KubeObject[], listVersion: string | undefined): CacheChange[] {
    const changes: CacheChange[] = [];
    const listed = new Set<string>();
    for (const item of items) {
      listed.add(keyOfObject(item));
      const change = this.put(item);
      if (change) changes.push(change);
    }
    for (const [key, object] of this.#objects) {
      if (listed.has(key) || this.#writtenAfter(key, listVersion)) continue;
      this.#objects.delete(key);
      this.#expected.delete(key);
      changes.push({ type: 'DELETED', object });
    }
    return changes;
  }

  #put(key: string, object: KubeObject): CacheChange {
    const type = this.#objects.has(key) ? 'MODIFIED' : 'ADDED';
    this.#objects.set(key, object);
    return { type, object };
  }

  #writtenAfter(key: string, listVersion: string | undefined): boolean {
    const expected = this.#expectation(key);
    return (compareVersions(expected?.metadata.resourceVersion, listVersion) ?? -1) > 0;
  }

  #expectation(key: string): KubeObject | undefined {
    const expected = this.#expected.get(key);
    if (!expected || expected.until >= this.now()) return expected?.object;
    this.#expected.delete(key);
    return undefined;
  }
}

const sameVersion = (a: KubeObject, b: KubeObject): boolean =>
  a.metadata.uid === b.metadata.uid &&
  a.metadata.resourceVersion !== undefined &&
  a.metadata.resourceVersion === b.metadata.resourceVersion;
