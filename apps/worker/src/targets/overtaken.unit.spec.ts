import type { KubeObject } from '@keelson/domain';
import type { LiveCache } from '@keelson/k8s';
import { isOvertaken } from './overtaken';

const planned: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', namespace: 'shop' },
};
const live = (application: string | undefined, generation: number): KubeObject => ({
  ...planned,
  metadata: {
    ...planned.metadata,
    labels: application === undefined ? {} : { 'keelson.dev/application': application },
    annotations: { 'keelson.dev/generation': `${generation}` },
  },
});

describe('a plan', () => {
  it.each([
    ['a newer one of its application is there', live('shop', 8), true],
    ['its own is there', live('shop', 7), false],
    ['an older one is there', live('shop', 6), false],
    ["another application's is there", live('bank', 8), false],
    ['somebody took the label away', live(undefined, 8), false],
    ['the object is gone', 'absent', false],
    ['nobody follows the cluster', 'unknown', false],
  ] as const)('where %s', (_name, found, expected) => {
    const cache = { lookup: () => found } as unknown as LiveCache;
    const desired = { application: 'shop', generation: 7, namespace: 'shop' };
    expect(isOvertaken(cache, desired, [planned])).toBe(expected);
  });
});
