/** What is to happen, by virtual time; what was entered first goes first at one time. */
export class Agenda {
  private readonly heap: { readonly at: number; readonly turn: number; readonly happen: () => void }[] = [];
  private turn = 0;

  enter(at: number, happen: () => void): void {
    const { heap } = this;
    heap.push({ at, turn: this.turn++, happen });
    for (let child = heap.length - 1; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.isBefore(child, parent)) return;
      this.swap(child, parent);
      child = parent;
    }
  }

  /** Lets the next thing happen; false when there is none before `end`. */
  next(end: number, clock: (at: number) => void): boolean {
    const { heap } = this;
    const [first] = heap;
    if (!first || first.at >= end) return false;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      this.sink();
    }
    clock(first.at);
    first.happen();
    return true;
  }

  private sink(): void {
    for (let parent = 0; ;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2])
        if (child < this.heap.length && this.isBefore(child, least)) least = child;
      if (least === parent) return;
      this.swap(parent, least);
      parent = least;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const [one, other] = [this.heap[a]!, this.heap[b]!];
    return one.at < other.at || (one.at === other.at && one.turn < other.turn);
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b]!, this.heap[a]!];
  }
}
