/**
 * Sets of field paths in the very form of managedFields' FieldsV1, so nothing is ever converted:
 * a trie whose edges are `f:NAME`, `k:{"key":"value"}` and `v:VALUE`. A node without children is a member;
 * a node with children is one when it also holds `.`. The root is never a member.
 * Source: sigs.k8s.io/structured-merge-diff/v4/fieldpath.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

type Building = Record<string, FieldSet>;

export const EMPTY: FieldSet = Object.freeze({});

export function isEmpty(set: FieldSet): boolean {
  for (const _element in set) return false;
  return true;
}

export const isMember = (node: FieldSet): boolean => '.' in node || isEmpty(node);

/** A node from its parts; undefined when it would hold nothing. */
function node(member: boolean, children: Building | undefined): FieldSet | undefined {
  if (!children || isEmpty(children)) return member ? EMPTY : undefined;
  if (member) children['.'] = EMPTY;
  return children;
}

type Operation = 'union' | 'intersection' | 'difference';

const keeps = (operation: Operation, inA: boolean, inB: boolean): boolean => {
  if (operation === 'union') return inA || inB;
  return operation === 'intersection' ? inA && inB : inA && !inB;
};

/**
 * Combines two tries, visiting only what they have in common and sharing the rest: a write of one field costs
 * one path, not all that its managers own. Visiting everything made a rollout's writes three times dearer.
 */
function combine(
  a: FieldSet | undefined,
  b: FieldSet | undefined,
  operation: Operation,
  root: boolean,
): FieldSet | undefined {
  if (!b) return operation === 'intersection' ? undefined : a;
  if (!a) return operation === 'union' ? b : undefined;
  if (a === b && !isEmpty(a)) return operation === 'difference' ? undefined : a;
  const member = !root && keeps(operation, isMember(a), isMember(b));
  let same = root || member === isMember(a);
  let children: Building | undefined;
  for (const element in a) {
    if (element === '.') continue;
    const child = combine(a[element], b[element], operation, false);
    same &&= child === a[element];
    if (child) (children ??= {})[element] = child;
  }
  if (operation === 'union') {
    for (const element in b) {
      const child = b[element];
      if (element === '.' || element in a || !child) continue;
      (children ??= {})[element] = child;
      same = false;
    }
  }
  return same ? a : node(member, children);
}

export const union = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, 'union', true) ?? EMPTY;

export const intersection = (a: FieldSet, b: FieldSet): FieldSet =>
  combine(a, b, 'intersection', true) ?? EMPTY;

/** The members of `a` that are not members of `b`; children of a removed member stay. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, 'difference', true) ?? EMPTY;

export const same = (a: FieldSet, b: FieldSet): boolean =>
  a === b || (isEmpty(difference(a, b)) && isEmpty(difference(b, a)));

/** Whether a member that had others below it has none any more. */
export function isHollowed(before: FieldSet, after: FieldSet): boolean {
  if (before === after) return false;
  for (const element in after) {
    const [was, is] = [before[element], after[element]];
    if (!was || !is || was === is || element === '.') continue;
    if (isEmpty(is) ? !isEmpty(was) : isHollowed(was, is)) return true;
  }
  return false;
}

/** Makes every named field on the way to a member a member too: whoever owns `f:a/f:b` keeps `f:a`. */
export function withNamedParents(set: FieldSet): FieldSet {
  const result: Building = {};
  for (const element in set) {
    if (element === '.') continue;
    const child = set[element] ?? EMPTY;
    const deep = withNamedParents(child);
    const member = isMember(child) || element.startsWith('f:');
    result[element] = node(member, { ...deep }) ?? EMPTY;
  }
  return result;
}

/** Drops whole subtrees: every element of `ignored` that is a leaf there. */
export function withoutSubtrees(set: FieldSet, ignored: FieldSet): FieldSet {
  const result: Building = {};
  for (const element in set) {
    const child = set[element] ?? EMPTY;
    const ignore = ignored[element];
    if (ignore === undefined) result[element] = child;
    else if (!isEmpty(ignore)) {
      const rest = withoutSubtrees(child, ignore);
      if (!isEmpty(rest)) result[element] = rest;
    }
  }
  return result;
}

/** Adds one path; only for building a set that nobody shares yet. */
export function insert(set: FieldSet, path: readonly string[]): void {
  let current: Building = set;
  path.forEach((element, index) => {
    const next: Building = current[element] ?? {};
    // A member that gains children must keep its membership explicitly, hence '.'.
    const wasMember = current[element] !== undefined && isMember(next);
    const last = index === path.length - 1;
    if ((wasMember && !last) || (last && !isEmpty(next))) next['.'] = EMPTY;
    current[element] = next;
    current = next;
  });
}

/** Every member as a path in the notation of conflict messages: `.spec.containers[name="app"].image`. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  const paths: string[] = [];
  for (const element in set) {
    if (element === '.') continue;
    const child = set[element] ?? EMPTY;
    const path = prefix + displayElement(element);
    if (isMember(child)) paths.push(path);
    paths.push(...pathsOf(child, path));
  }
  return paths.sort();
}

/** A path element as messages show it: `.name`, `[name="app"]`, `[="value"]`. */
export function displayElement(element: string): string {
  const body = element.slice(2);
  if (element.startsWith('f:')) return `.${body}`;
  if (!element.startsWith('k:')) return `[=${body}]`;
  const keys = Object.entries(JSON.parse(body) as Record<string, unknown>);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}
