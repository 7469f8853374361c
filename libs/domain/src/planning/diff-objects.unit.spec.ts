import { applyPatch, type Operation } from 'fast-json-patch';
import fc from 'fast-check';
import type { KubeObject } from '../kubernetes/objects';
import { diffObjects } from './diff-objects';
import { diffMasked, maskSecret } from './mask-secret';

describe('diffObjects', () => {
  it('gives the places that differ, and only them', () => {
    expect(
      diffObjects(
        { same: { a: [1] }, changed: 1, gone: null, 'a/b~c': 'x', list: [1, 2, 3], shape: [] },
        { same: { a: [1] }, changed: '1', come: false, 'a/b~c': 'y', list: [1, 5], shape: {} },
      ),
    ).toEqual([
      { path: '/changed', from: 1, to: '1' },
      { path: '/gone', from: null },
      { path: '/a~1b~0c', from: 'x', to: 'y' },
      { path: '/list/1', from: 2, to: 5 },
      { path: '/list/2', from: 3 },
      { path: '/shape', from: [], to: {} },
      { path: '/come', to: false },
    ]);
  });

  it('of a value and itself is empty, and as a patch leads from one to the other', () => {
    const record = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 3 }), {
      noNullPrototype: true,
    });
    const json = record
      .filter((value) => !JSON.stringify(value).includes('__proto__'))
      // JSON.stringify knows no -0.
      .map((value) => JSON.parse(JSON.stringify(value)) as object);
    fc.assert(
      fc.property(json, json, (from, to) => {
        expect(diffObjects(from, structuredClone(from))).toEqual([]);
        // Removals from the back, so that list indexes stay what they were.
        const patch = diffObjects(from, to).map((change): Operation => {
          const { path } = change;
          if (!('to' in change)) return { op: 'remove', path };
          return { op: 'from' in change ? 'replace' : 'add', path, value: structuredClone(change.to) };
        });
        const removals = patch.filter(({ op }) => op === 'remove').reverse();
        const others = patch.filter(({ op }) => op !== 'remove');
        expect(applyPatch(structuredClone(from), [...removals, ...others]).newDocument).toEqual(to);
      }),
    );
  });
});

describe('Secrets', () => {
  const secret = (data: Record<string, string>): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 's',
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(data),
        other: 'kept',
      },
    },
    type: 'Opaque',
    data,
  });

  it('are masked, keys kept', () => {
    expect(maskSecret(secret({ password: 'hunter2' }))).toEqual({
      ...secret({ password: '********' }),
      metadata: {
        name: 's',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '********', other: 'kept' },
      },
    });
    const configMap = { ...secret({ k: 'v' }), kind: 'ConfigMap' };
    expect(maskSecret(configMap)).toBe(configMap);
  });

  it('whose values changed show that, and nothing else', () => {
    const changes = diffMasked(
      secret({ same: 'hunter1', changed: 'hunter2', gone: 'hunter3' }),
      secret({ same: 'hunter1', changed: 'hunter4', come: 'hunter5' }),
    );
    expect(changes).toEqual([
      { path: '/data/changed', from: '******** (before)', to: '******** (after)' },
      { path: '/data/gone', from: '******** (before)' },
      { path: '/data/come', to: '******** (after)' },
    ]);
  });
});
