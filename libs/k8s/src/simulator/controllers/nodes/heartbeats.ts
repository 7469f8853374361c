/** Which nodes have a kubelet at work, and since when the others have been silent. A kubelet at work costs nothing. */
export class Heartbeats {
  private readonly beating = new Set<string>();
  private readonly last = new Map<string, number>();

  isBeating(node: string): boolean {
    return this.beating.has(node);
  }

  start(node: string): void {
    this.beating.add(node);
    this.last.delete(node);
  }

  /** @param now milliseconds since the epoch */
  stop(node: string, now: number): void {
    this.beating.delete(node);
    this.heard(node, now);
  }

  /** A word from a node without a kubelet of ours, such as a status that a client wrote. */
  heard(node: string, now: number): void {
    if (!this.beating.has(node)) this.last.set(node, now);
  }

  forget(node: string): void {
    this.beating.delete(node);
    this.last.delete(node);
  }

  /** Milliseconds since the last word; undefined while the kubelet is at work. */
  silence(node: string, now: number): number | undefined {
    return this.beating.has(node) ? undefined : now - (this.last.get(node) ?? now);
  }
}
