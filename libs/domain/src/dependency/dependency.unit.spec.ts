import { given } from '../kernel/scenario';
import { cycleThrough } from './cycle';
import { validateDependencies } from './dependency';
import { dependencyRegistry, type DependencyEvent } from './registry';

const edge = (application: string, ...dependsOn: string[]): DependencyEvent => ({
  type: 'DependenciesChanged',
  data: { application, dependsOn },
});
const set = (application: string, ...dependsOn: string[]) => ({
  type: 'SetDependencies' as const,
  application,
  dependsOn,
});

describe('a cycle', () => {
  it.each([
    ['of one', { a: ['a'] }, ['a', 'a']],
    ['of two', { a: ['b'], b: ['a'] }, ['a', 'b', 'a']],
    ['that is the shortest', { a: ['b', 'd'], b: ['c'], c: ['a'], d: ['a'] }, ['a', 'd', 'a']],
    ['that is none: a diamond', { a: ['b', 'c'], b: ['d'], c: ['d'] }, undefined],
    ['that is not on the way', { a: ['b'], b: ['c'], c: ['b'] }, undefined],
    ['called like a property of Object', { a: ['constructor'] }, undefined],
  ])('%s', (_, edges, cycle) => expect(cycleThrough(edges, 'a')).toEqual(cycle));

  it('is looked for in a chain of 50,000 without running out of stack', () => {
    const edges = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`a${n}`, [`a${n + 1}`]]));
    expect(cycleThrough(edges, 'a0')).toBeUndefined();
  });
});

describe('the registry', () => {
  it('records what changes, and nothing when nothing does', () => {
    expect(given(dependencyRegistry, []).when(set('shop', 'db'))).toEqual({
      ok: true,
      events: [edge('shop', 'db')],
    });
    expect(given(dependencyRegistry, [edge('shop', 'db')]).when(set('shop', 'db'))).toEqual({
      ok: true,
      events: [],
    });
    expect(given(dependencyRegistry, []).when(set('shop'))).toEqual({ ok: true, events: [] });
  });

  it('refuses a cycle by its name and its place', () => {
    const { when } = given(dependencyRegistry, [edge('db', 'cache'), edge('cache', 'shop')]);
    expect(when(set('shop', 'queue', 'db'))).toEqual({
      ok: false,
      rejection: {
        kind: 'invalid',
        code: 'dependency-cycle',
        message: 'shop would wait for itself: shop → db → cache → shop',
        errors: [
          { path: '/dependsOn/1/application', message: 'would wait for itself: shop → db → cache → shop' },
        ],
      },
    });
  });

  it('lets a cycle be possible again once one of its edges is gone', () => {
    const { state, when } = given(dependencyRegistry, [edge('db', 'shop'), edge('db')]);
    expect(state).toEqual({});
    expect(when(set('shop', 'db')).ok).toBe(true);
  });
});

it.each([
  [
    'an application that is named twice',
    [{ application: 'a' }, { application: 'a' }],
    ['/dependsOn/1/application'],
  ],
  ['no phase that would do', [{ application: 'a', phases: [] }], ['/dependsOn/0/phases']],
  ['nothing wrong', [{ application: 'a' }, { application: 'b' }], []],
])('dependencies with %s', (_, dependencies, paths) => {
  const whole = dependencies.map((one) => ({ phases: ['Available' as const], ...one }));
  expect(validateDependencies(whole).map(({ path }) => path)).toEqual(paths);
});
