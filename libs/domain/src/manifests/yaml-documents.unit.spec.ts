import { parseManifests } from './parse-manifests';
import { readYaml } from './yaml-documents';

const valueOf = (text: string): unknown => readYaml(text).documents[0]?.value;
const problemsOf = (text: string): string[] => {
  const parsed = parseManifests({ manifestYaml: text }, 'shop');
  return parsed.ok ? [] : parsed.errors.map(({ path, message }) => `${path} ${message}`);
};

describe('scalars are read as kubectl reads them', () => {
  const cases: [string, unknown][] = [
    ['0644', 420],
    ['0o644', 420],
    ['0x1F', 31],
    ['0b101', 5],
    ['-0x10', -16],
    ['1_000', 1000],
    ['08', 8],
    ['0', 0],
    ['-1', -1],
    ['1.5', 1.5],
    ['1e3', 1000],
    ['12e4567', '12e4567'],
    ['12:30', '12:30'],
    ['2020-01-01', '2020-01-01'],
    ['yes', true],
    ['On', true],
    ['off', false],
    ['n', false],
    ['"yes"', 'yes'],
    ['nope', 'nope'],
    ['~', null],
    ['', null],
    ['null', null],
    ['100m', '100m'],
    ['1.2.3', '1.2.3'],
  ];
  it.each(cases)('%s', (text, value) => {
    expect(valueOf(`a: ${text}`)).toEqual({ a: value });
  });

  it('keys are strings', () => {
    expect(valueOf('on: a\n1: b\nyes: c')).toEqual({ on: 'a', '1': 'b', yes: 'c' });
  });

  it('merge keys and aliases are followed', () => {
    expect(valueOf('a: &x {k: 1}\nb: {<<: *x, l: 2}\nc: *x')).toEqual({
      a: { k: 1 },
      b: { k: 1, l: 2 },
      c: { k: 1 },
    });
  });
});

describe('streams', () => {
  const object = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

  it('empty documents are skipped, and counted in numbers', () => {
    const text = `---\n---\n# only a comment\n---\n${object('a')}---\n${object('B')}`;
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^\/manifestYaml document 4, line 13: \/metadata\/name must be a DNS-1123/),
    ]);
  });

  it('names document and line of what is broken', () => {
    expect(problemsOf(`${object('a')}---\nkind: [1,\nmetadata: 2`)[0]).toMatch(
      /^\/manifestYaml document 2, line \d+: /,
    );
    expect(problemsOf('a: 1\nb: 2\na: 3')).toEqual([
      '/manifestYaml document 1, line 3: the key is there twice in one map',
    ]);
    expect(problemsOf('a: *nowhere')[0]).toMatch(/document 1, line 1: .*nowhere/);
    expect(problemsOf('a:\n\t- b')[0]).toMatch(/line 2: .*[Tt]ab/);
    expect(problemsOf('just text')[0]).toMatch(/document 1, line 1: must be an object/);
    expect(problemsOf(`${object('a')}---\n${object('a')}`)).toEqual([
      '/manifestYaml document 2, line 9: /metadata/name ConfigMap shop/a is already defined at document 1, line 1',
    ]);
  });

  it('refuses prototype keys', () => {
    expect(problemsOf(`${object('a')}data:\n  __proto__: {x: 1}`)[0]).toMatch(/line 6: \/data\/__proto__/);
    expect(Object.prototype).not.toHaveProperty('x');
  });
});

describe('text made to hurt ends in an error, soon', () => {
  const hurts: [string, string, RegExp][] = [
    ['flow lists', `a: ${'['.repeat(200_000)}`, /64 levels/],
    ['compact block lists', '- '.repeat(200_000), /64 levels/],
    ['explicit keys', '? '.repeat(200_000), /64 levels/],
    ['flow maps', '{a: '.repeat(100_000), /64 levels/],
    [
      'many aliases',
      `a: &a [x]\n${Array.from({ length: 50_000 }, (_, i) => `k${i}: *a`).join('\n')}`,
      /100 aliases/,
    ],
    [
      'a billion laughs',
      [
        'a: &a0 [lol]',
        ...Array.from({ length: 9 }, (_, i) => `a${i}: &a${i + 1} [${`*a${i},`.repeat(9)}]`),
      ].join('\n'),
      /[Aa]lias/,
    ],
  ];
  it.each(hurts)('%s', (_, text, message) => {
    const before = performance.now();
    expect(problemsOf(text)[0]).toMatch(message);
    expect(performance.now() - before).toBeLessThan(5000);
  });

  it('aliases of something large count at their full size', () => {
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nbig: &x ["${'x'.repeat(1_000_000)}"]\n${Array.from({ length: 50 }, (_, i) => `k${i}: *x`).join('\n')}`;
    expect(problemsOf(text)[0]).toMatch(/16777216 characters/);
  });

  it('many keys of one map', () => {
    const took = (text: string): number => {
      const before = performance.now();
      valueOf(text);
      return performance.now() - before;
    };
    const keys = Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`);
    expect(Object.keys(valueOf(keys.join('\n')) as object)).toHaveLength(50_000);
    // As many in maps of a hundred; comparing each key with all others would take hundreds of times as long.
    const few = keys.map((key, i) => (i % 100 === 0 ? `m${i}:\n  ${key}` : `  ${key}`)).join('\n');
    expect(took(keys.join('\n'))).toBeLessThan(20 * took(few));
  });
});
