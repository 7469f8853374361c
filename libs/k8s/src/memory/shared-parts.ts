import type { KubeObject } from '@keelson/domain';
import { isRecord } from '../drift/fields-v1';
import { digest, Interner } from './interner';

/** Changes by itself, and says when: it is hardly ever equal. */
const STATUS = 'status';

/**
 * Makes equal parts of objects one in memory: an application has the same spec, labels and managedFields in each of a
 * thousand clusters. Nothing is left out, so that nobody who looks at a cached object has to know; nobody may change one.
 */
export class SharedParts {
  readonly #parts = new Interner<object>();

  share(object: KubeObject): KubeObject {
    const { apiVersion, kind, metadata, ...rest } = object;
    const shared: Record<string, unknown> = {};
    for (const [field, value] of Object.entries(rest))
      shared[field] = field === STATUS ? value : this.#one(value);
    return { apiVersion, kind, metadata: this.#metadata(metadata), ...shared };
  }

  /** Distinct parts that are alive; for metrics. */
  get size(): number {
    return this.#parts.size;
  }

  #metadata(metadata: KubeObject['metadata']): KubeObject['metadata'] {
    const { labels, managedFields } = metadata;
    return {
      ...metadata,
      ...(labels ? { labels: this.#one(labels) } : {}),
      ...(Array.isArray(managedFields) ? { managedFields: managedFields.map(this.#entry) } : {}),
    };
  }

  /** Its time is its own; what it owns is what others own elsewhere. */
  readonly #entry = (entry: unknown): unknown =>
    isRecord(entry) ? { ...entry, fieldsV1: this.#one(entry['fieldsV1']) } : entry;

  #one<T>(value: T): T {
    if (typeof value !== 'object' || value === null) return value;
    return this.#parts.get(digest(value), () => value) as T;
  }
}
