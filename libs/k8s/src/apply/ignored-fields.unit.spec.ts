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
    expect(isIgnored({ path, from: 1, to: 2 }, ['/spec/replicas', '/spec/template'])).toBe(covered);
  });

  it.each([
    ['of nothing but ignored fields', { a: '1', b: { c: '2' } }, undefined, true],
    ['of a field that is not ignored', { a: '1', d: '3' }, undefined, false],
    ['of a value', '1', undefined, false],
    ['in favour of another value', { a: '1' }, 'x', false],
  ])('cover the disappearance of a parent %s', (_, from, to, covered) => {
    expect(isIgnored({ path: '/data', from, to }, ['/data/a', '/data/b/c'])).toBe(covered);
  });

  describe('below a list that is keyed by name', () => {
    const path = '/spec/list/1/image';
    const planned = object({
      list: [
        { name: 'a', image: 'a:1' },
        { name: 'b', image: 'b:1' },
      ],
    });
    const live = (managed: boolean): KubeObject => ({
      ...object({
        list: [
          { name: 'injected', image: 'mesh' },
          { name: 'b', image: 'b:9' },
          { name: 'a', image: 'a:9' },
        ],
      }),
      metadata: {
        name: 'web',
        ...(managed
          ? {
              managedFields: [
                {
                  manager: 'keelson',
                  operation: 'Apply',
                  fieldsV1: {
                    'f:spec': {
                      'f:list': {
                        'k:{"name":"a"}': { '.': {}, 'f:image': {} },
                        'k:{"name":"b"}': { '.': {}, 'f:image': {} },
                      },
                    },
                  },
                },
              ],
            }
          : {}),
      },
    });

    it.each([true, false])('follow the element, wherever others have put it (ours: %p)', (managed) => {
      expect(withLiveValues(planned, live(managed), [path])['spec']).toEqual({
        list: [
          { name: 'a', image: 'a:1' },
          { name: 'b', image: 'b:9' },
        ],
      });
    });

    it('find an element by keys of which one has a default', () => {
      const ports = object({ ports: [{ port: 80, name: 'http', nodePort: 1 }] });
      const seen = object({
        ports: [
          { port: 80, protocol: 'UDP', nodePort: 5 },
          { port: 80, protocol: 'TCP', nodePort: 7 },
        ],
      });
      seen.metadata['managedFields'] = [
        {
          manager: 'keelson',
          operation: 'Apply',
          fieldsV1: { 'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { 'f:port': {} } } } },
        },
      ];
      expect(withLiveValues(ports, seen, ['/spec/ports/0/nodePort'])['spec']).toEqual({
        ports: [{ port: 80, name: 'http', nodePort: 7 }],
      });
    });
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
