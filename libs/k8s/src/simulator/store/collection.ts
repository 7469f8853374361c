import { type KubeObject } from '@keelson/domain';

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

/** All objects of one type, by namespace and name; the order for lists is computed only when one is asked for. */
export class Collection {
  private readonly objects = new Map<string, KubeObject>();
  private order: readonly string[] | undefined;

  get(namespace: string | undefined, name: string): KubeObject | undefined {
    return this.objects.get(keyOf(namespace, name));
  }

  set(object: KubeObject): void {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    if (!this.objects.has(key)) this.order = undefined;
    this.objects.set(key, object);
  }

  delete(object: KubeObject): void {
    if (this.objects.delete(keyOf(object.metadata.namespace, object.metadata.name))) this.order = undefined;
  }

  list(namespace?: string): readonly KubeObject[] {
    this.order ??= [...this.objects.keys()].sort();
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    const found: KubeObject[] = [];
    for (const key of this.order) {
      const object = key.startsWith(prefix) ? this.objects.get(key) : undefined;
      if (object) found.push(object);
    }
    return found;
  }
}
