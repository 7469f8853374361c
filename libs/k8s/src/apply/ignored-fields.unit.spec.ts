import type { KubeObject } from '@keelson/domain';
import { ignoredPaths, isIgnored, withLiveValues } from './ignored-fields';

const object = (spec: object, annotations?: Record<string, string>): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', ...(annotations ? { annotations } : {}) },
  spec,
});

describe('ignored fields', () => {
  it('are those of the objects of that kind and name', () => {
    const ignored = [
      { target: { kind: 'Deployment', name: 'web' }, paths: ['/spec/replicas'] },
      { target: { kind: 'Deployment', name: 'db' }, paths: ['/spec/paused'] },
    ];
    expect(ignoredPaths(ignored, { kind: 'Deployment', name: 'web' })).toEqual(['/spec/replicas']);
    expect(ignoredPaths(ignored, { kind: 'Service', name: 'web' })).toEqual([]);
    expect(ignoredPaths(undefined, { kind: 'Service', name: 'web' })).toEqual([]);
  });

  it.each([
    ['/spec/replicas', true],
    ['/spec/template/spec/containers/0/image', true],
    ['/spec/replicasMax', false],
    ['/spec', false],
    ['', false],
  ])('cover %p: %p', (path, covered) => {
    expect(isIgnored(path, ['/spec/replicas', '/spec/template'])).toBe(covered);
  });

  it.each<[string, KubeObject, KubeObject, string, KubeObject]>([
    [
      'a value',
      object({ replicas: 2, a: 1 }),
      object({ replicas: 9, a: 5 }),
      '/spec/replicas',
      object({ replicas: 9, a: 1 }),
    ],
    [
      'what was taken away',
      object({ replicas: 2, a: 1 }),
      object({ a: 5 }),
      '/spec/replicas',
      object({ a: 1 }),
    ],
    [
      'what the plan does not have',
      object({ a: 1 }),
      object({ b: { c: 2 } }),
      '/spec/b/c',
      object({ a: 1, b: { c: 2 } }),
    ],
    ['nothing where neither has it', object({ a: 1 }), object({ a: 2 }), '/spec/b/c', object({ a: 1 })],
    [
      'a key with a slash',
      object({}, { 'x/y': '1' }),
      object({}, { 'x/y': '2' }),
      '/metadata/annotations/x~1y',
      object({}, { 'x/y': '2' }),
    ],
    [
      'inside an element of a list',
      object({ list: [{ name: 'a', image: '1' }, { name: 'b' }] }),
      object({ list: [{ name: 'a', image: '2' }] }),
      '/spec/list/0/image',
      object({ list: [{ name: 'a', image: '2' }, { name: 'b' }] }),
    ],
    [
      'no further element',
      object({ list: [1] }),
      object({ list: [1, 2] }),
      '/spec/list/1',
      object({ list: [1] }),
    ],
  ])('keep %s', (_, planned, live, path, expected) => {
    const before = JSON.stringify(planned);
    expect(withLiveValues(planned, live, [path])).toEqual(expected);
    expect(JSON.stringify(planned)).toBe(before);
  });
});
