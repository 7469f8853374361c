/**
 * Commands on one stream take turns within a process, instead of deciding on the same version and losing to one
 * another: with 32 clients on one stream a free-for-all wins one command in 32, a queue wins them all.
 * Between processes the expected version decides.
 */
export class Turns {
  private readonly last = new Map<string, Promise<void>>();

  /** Resolves, when it is our turn, with what ends it. */
  async take(name: string): Promise<() => void> {
    const before = this.last.get(name);
    let end!: () => void;
    const mine = new Promise<void>((resolve) => (end = resolve));
    this.last.set(name, mine);
    await before;
    return () => {
      if (this.last.get(name) === mine) this.last.delete(name);
      end();
    };
  }
}
