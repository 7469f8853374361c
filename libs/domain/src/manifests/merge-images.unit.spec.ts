import type { KubeObject } from '../kubernetes/objects';
import { isImageReference } from './image-reference';
import { mergeImages } from './merge-images';
import { containerNames } from './pod-templates';

const pod = {
  initContainers: [{ name: 'migrate', image: 'app:1' }],
  containers: [{ name: 'app', image: 'app:1' }],
};
const of = (apiVersion: string, kind: string, rest: object): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: kind.toLowerCase() },
  ...rest,
});
const templated = (apiVersion: string, kind: string): KubeObject =>
  of(apiVersion, kind, { spec: { replicas: 2, template: { spec: pod } } });

const merged = (objects: KubeObject[], images: Record<string, string>): KubeObject[] => {
  const result = mergeImages(objects, images);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.objects;
};

describe('mergeImages', () => {
  const workloads = [
    templated('apps/v1', 'Deployment'),
    templated('apps/v1', 'StatefulSet'),
    templated('apps/v1', 'DaemonSet'),
    templated('apps/v1', 'ReplicaSet'),
    templated('batch/v1', 'Job'),
    templated('apps.kruise.io/v1alpha1', 'CloneSet'),
    templated('apps.kruise.io/v1beta1', 'StatefulSet'),
    templated('apps.kruise.io/v1alpha1', 'DaemonSet'),
    templated('argoproj.io/v1alpha1', 'Rollout'),
    of('batch/v1', 'CronJob', { spec: { jobTemplate: { spec: { template: { spec: pod } } } } }),
    of('v1', 'Pod', { spec: pod }),
  ];
  it.each(workloads.map((workload) => [`${workload.apiVersion} ${workload.kind}`, workload] as const))(
    'reaches containers and init containers of %s',
    (_, workload) => {
      const [result] = merged([workload], { app: 'app:2', migrate: 'app:3' });
      const text = JSON.stringify(result);
      expect(text).toContain('{"name":"app","image":"app:2"}');
      expect(text).toContain('{"name":"migrate","image":"app:3"}');
      expect(text).not.toContain('app:1');
    },
  );

  it('shares what it does not touch and changes nothing that it was given', () => {
    const service = of('v1', 'Service', { spec: {} });
    const deployment = templated('apps/v1', 'Deployment');
    const before = JSON.stringify(deployment);
    const [first, second] = merged([service, deployment], { app: 'app:2' });
    expect(first).toBe(service);
    expect(second).not.toBe(deployment);
    expect(JSON.stringify(deployment)).toBe(before);
    expect(merged([deployment], { app: 'app:1' })[0]).toBe(deployment);
  });

  it('refuses names that no container has, and lists those that exist', () => {
    expect(mergeImages([templated('apps/v1', 'Deployment')], { 'a/b': 'app:2' })).toEqual({
      ok: false,
      errors: [{ path: '/images/a~1b', message: 'no container has this name; there are migrate, app' }],
    });
    expect(mergeImages([], { app: 'app:2' })).toMatchObject({ ok: false });
  });

  it('refuses what is no image reference', () => {
    expect(mergeImages([templated('apps/v1', 'Deployment')], { app: 'not an image' })).toMatchObject({
      ok: false,
      errors: [{ path: '/images/app' }],
    });
  });

  it('leaves a pod-shaped Pod of another group alone', () => {
    expect(containerNames([of('example.io/v1', 'Pod', { spec: pod })])).toEqual([]);
  });
});

describe('isImageReference', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  it.each([
    'nginx',
    'nginx:1.25',
    'library/nginx:1.25',
    'registry.example:5000/team/app:v1.2-rc_1',
    'localhost/app',
    'REGISTRY.example/app',
    '[::1]:5000/app:1',
    `nginx@${digest}`,
    `ghcr.io/org/app:1@${digest}`,
    'a__b/c-d--e',
  ])('takes %s', (reference) => expect(isImageReference(reference)).toBe(true));
  it.each([
    '',
    'App',
    'nginx:',
    ':1',
    'nginx:1.25 ',
    'nginx:a:b',
    '/nginx',
    'nginx/',
    'a//b',
    '-a',
    'https://registry.example/app',
    'nginx@sha256:abc',
    `nginx@${digest}@${digest}`,
    `nginx:${'1'.repeat(129)}`,
    'a'.repeat(256),
    'user:pass@registry.example/app',
  ])('refuses %s', (reference) => expect(isImageReference(reference)).toBe(false));
});
