import fc from 'fast-check';
import type { KubeObject } from '../kubernetes/objects';
import { contentHash, revisionOf } from './content-hash';

describe('contentHash', () => {
  it('is that of RFC 8785 JSON', () => {
    expect(contentHash({ b: 1, a: [true, null] })).toBe(
      // printf '{"a":[true,null],"b":1}' | sha256sum
      '51705a2c9eb3e7e410a58f696a770c3ac3885a0cf43eb7fc88f5e47c11d4d30d',
    );
  });

  it('does not depend on the order of keys', () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, item]) => [key, shuffled(item)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(contentHash(shuffled(value))).toBe(contentHash(value));
      }),
    );
  });

  it('a revision is 12 hex characters that change with the image', () => {
    const web = (image: string): KubeObject[] => [
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { image } },
    ];
    expect(revisionOf(web('a:1'))).toMatch(/^[0-9a-f]{12}$/);
    expect(revisionOf(web('a:1'))).toBe(revisionOf(web('a:1')));
    expect(revisionOf(web('a:1'))).not.toBe(revisionOf(web('a:2')));
  });
});
