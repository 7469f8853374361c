/** Names of the applications that each waits for; those that wait for none may be left out. */
export type Edges = Readonly<Record<string, readonly string[]>>;

/**
 * A way from an application over what it waits for back to itself, its name at both ends; undefined when there is none.
 * It looks only for cycles through `start`: as every change is checked, there are no others.
 */
export const cycleThrough = (edges: Edges, start: string): readonly string[] | undefined => {
  const cameFrom = new Map<string, string>();
  // A queue and not recursion: the shortest cycle is the one that people understand, and depth costs no stack.
  const found = [start];
  for (const name of found) {
    for (const next of Object.hasOwn(edges, name) ? (edges[name] ?? []) : []) {
      if (next === start) return [...wayTo(name, cameFrom), start];
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, name);
      found.push(next);
    }
  }
  return undefined;
};

const wayTo = (name: string, cameFrom: ReadonlyMap<string, string>): string[] => {
  const way = [];
  for (let step: string | undefined = name; step !== undefined; step = cameFrom.get(step)) way.push(step);
  return way.reverse();
};
