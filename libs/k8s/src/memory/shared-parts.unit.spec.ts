import type { KubeObject } from '@keelson/domain';
import { SharedParts } from './shared-parts';

const live = (change: Partial<KubeObject['metadata']> = {}, image = 'web:1'): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'u1',
    labels: { app: 'web' },
    managedFields: [{ manager: 'keelson', time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:spec': {} } }],
    ...change,
  },
  spec: { template: { spec: { containers: [{ name: 'main', image }] } } },
  status: { readyReplicas: 1 },
});

describe('shared parts', () => {
  it('leaves every object as it is', () => {
    const parts = new SharedParts();
    for (const object of [live(), live({ uid: 'u2' }), { ...live(), immutable: true, data: null }])
      expect(parts.share(structuredClone(object))).toEqual(object);
    const bare = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', managedFields: ['odd'] } };
    expect(parts.share(bare)).toEqual(bare);
  });

  it('has one of what is equal in two clusters, and the rest twice', () => {
    const parts = new SharedParts();
    const fields = (object: KubeObject) =>
      (object.metadata['managedFields'] as { fieldsV1: object }[])[0]?.fieldsV1;
    const one = parts.share(live());
    const other = parts.share(live({ uid: 'u2' }));
    expect(other['spec']).toBe(one['spec']);
    expect(other.metadata.labels).toBe(one.metadata.labels);
    expect(fields(other)).toBe(fields(one));
    expect(other.metadata).not.toBe(one.metadata);
    expect(other['status']).not.toBe(one['status']);
    expect(parts.share(live({}, 'web:2'))['spec']).not.toBe(one['spec']);
  });
});
