export type Verb =
  'discovery' | 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'apply' | 'delete' | 'dryRun';

const WRITES: readonly Verb[] = ['create', 'update', 'patch', 'apply', 'delete'];

/** How often each verb was asked for; a dry run counts as `dryRun`, whatever its verb. */
export class RequestCounts {
  private counts = new Map<Verb, number>();

  count(verb: Verb): void {
    this.counts.set(verb, this.of(verb) + 1);
  }

  of(verb: Verb): number {
    return this.counts.get(verb) ?? 0;
  }

  /** Requests that could have changed something. */
  get writes(): number {
    return WRITES.reduce((sum, verb) => sum + this.of(verb), 0);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  reset(): void {
    this.counts = new Map();
  }
}
