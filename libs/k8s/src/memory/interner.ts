import { hash } from 'node:crypto';

/** One of each, by an id that tells its content. Held weakly: what nobody else holds any more is forgotten. */
export class Interner<T extends object> {
  readonly #entries = new Map<string, WeakRef<T>>();
  readonly #collected = new FinalizationRegistry<string>((id) => {
    if (!this.#entries.get(id)?.deref()) this.#entries.delete(id);
  });

  get size(): number {
    return this.#entries.size;
  }

  get(id: string, make: () => T): T {
    const known = this.#entries.get(id)?.deref();
    if (known) return known;
    const made = make();
    this.#entries.set(id, new WeakRef(made));
    this.#collected.register(made, id);
    return made;
  }
}

/** An API server writes keys in one order; another order elsewhere costs sharing, never correctness. */
export const digest = (value: unknown): string => hash('sha256', JSON.stringify(value) ?? '', 'base64');
