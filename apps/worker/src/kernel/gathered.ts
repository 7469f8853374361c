interface Wanted<Value> {
  readonly promise: Promise<Value | undefined>;
  readonly resolve: (value: Value | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads many keys in one round trip, as a group commit writes: what is asked for while a read is under way goes into the
 * next one, together. Who asks never gets an answer that was begun before.
 */
export class Gathered<Value> {
  private wanted = new Map<string, Wanted<Value>>();
  private reading = false;

  /** `read` leaves out what it does not find. */
  constructor(private readonly read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>) {}

  /** Rejects with whatever the read that it was part of failed with. */
  get(key: string): Promise<Value | undefined> {
    const known = this.wanted.get(key);
    if (known) return known.promise;
    let settle!: Omit<Wanted<Value>, 'promise'>;
    const promise = new Promise<Value | undefined>((resolve, reject) => (settle = { resolve, reject }));
    this.wanted.set(key, { promise, ...settle });
    if (!this.reading) void this.readAll();
    return promise;
  }

  private async readAll(): Promise<void> {
    this.reading = true;
    // Who asks in the same turn as the first goes with it.
    await Promise.resolve();
    while (this.wanted.size > 0) {
      const batch = this.wanted;
      this.wanted = new Map();
      try {
        const found = await this.read([...batch.keys()]);
        for (const [key, { resolve }] of batch) resolve(found.get(key));
      } catch (error) {
        for (const { reject } of batch.values()) reject(error);
      }
    }
    this.reading = false;
  }
}
