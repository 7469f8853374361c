import fc from 'fast-check';
import {
  EMPTY,
  type FieldSet,
  difference,
  insert,
  intersection,
  isEmpty,
  isMember,
  pathsOf,
  same,
  union,
  withNamedParents,
  withoutSubtrees,
} from './field-set';

type Path = string[];

const setOf = (...paths: Path[]): FieldSet => {
  const set: FieldSet = {};
  for (const path of paths) insert(set, path);
  return set;
};

/** The members as plain strings: the naive model that the trie is measured by. */
function membersOf(set: FieldSet, prefix = ''): Set<string> {
  const members = new Set<string>();
  for (const element in set) {
    if (element === '.') continue;
    const child = set[element] ?? EMPTY;
    const path = `${prefix}/${element}`;
    if (isMember(child)) members.add(path);
    for (const deep of membersOf(child, path)) members.add(deep);
  }
  return members;
}

const element = fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}');
const paths = fc.array(fc.array(element, { minLength: 1, maxLength: 4 }), { maxLength: 8 });
const sets = paths.map((list) => setOf(...list));

const combine = (a: FieldSet, b: FieldSet, keep: (a: boolean, b: boolean) => boolean): Set<string> => {
  const [left, right] = [membersOf(a), membersOf(b)];
  return new Set([...left, ...right].filter((path) => keep(left.has(path), right.has(path))));
};

describe('field sets', () => {
  it('hold exactly what was inserted, whatever the order', () => {
    fc.assert(
      fc.property(paths, (list) => {
        const expected = new Set(list.map((path) => `/${path.join('/')}`));
        expect(membersOf(setOf(...list))).toEqual(expected);
        expect(membersOf(setOf(...[...list].reverse()))).toEqual(expected);
      }),
    );
  });

  it('combine like sets of paths', () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        expect(membersOf(union(a, b))).toEqual(combine(a, b, (inA, inB) => inA || inB));
        expect(membersOf(intersection(a, b))).toEqual(combine(a, b, (inA, inB) => inA && inB));
        expect(membersOf(difference(a, b))).toEqual(combine(a, b, (inA, inB) => inA && !inB));
        expect(same(union(a, b), union(b, a))).toBe(true);
        expect(isEmpty(difference(a, a))).toBe(true);
      }),
    );
  });

  it('leave their operands as they were', () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const before = JSON.stringify([a, b]);
        union(a, b);
        intersection(a, b);
        difference(a, b);
        withNamedParents(a);
        expect(JSON.stringify([a, b])).toBe(before);
      }),
    );
  });

  it('name the parents of members, but never the item of a list', () => {
    const set = withNamedParents(setOf(['f:spec', 'f:list', 'k:{"name":"x"}', 'f:image']));
    expect(membersOf(set)).toEqual(
      new Set(['/f:spec', '/f:spec/f:list', '/f:spec/f:list/k:{"name":"x"}/f:image']),
    );
  });

  it('drop whole subtrees', () => {
    const set = setOf(['f:metadata', 'f:labels', 'f:a'], ['f:metadata', 'f:name'], ['f:kind']);
    const rest = withoutSubtrees(set, { 'f:kind': {}, 'f:metadata': { 'f:name': {} } });
    expect(membersOf(rest)).toEqual(new Set(['/f:metadata/f:labels/f:a']));
  });

  it('print paths as conflict messages do', () => {
    const set = setOf(
      ['f:spec', 'f:containers', 'k:{"name":"app"}', 'f:image'],
      ['f:metadata', 'f:finalizers', 'v:"x/y"'],
    );
    expect(pathsOf(set)).toEqual(['.metadata.finalizers[="x/y"]', '.spec.containers[name="app"].image']);
  });
});
