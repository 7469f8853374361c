import { APPLICATION_LABEL, PLAN_ANNOTATION, type KubeObject } from '@keelson/domain';
import { bareBody } from './bare-body';
import { imageOf, objects } from './workload';

/** As Keelson plans it: with its marks. */
const planned = (kind: string): KubeObject => {
  const object = objects().find((one) => one.kind === kind)!;
  const labels = { [APPLICATION_LABEL]: 'bench' };
  return { ...object, metadata: { ...object.metadata, labels, annotations: { [PLAN_ANNOTATION]: 'abc' } } };
};

const body = (kind: string, round: number) => JSON.parse(bareBody(planned(kind), round).json) as KubeObject;

describe('the body of the bare loop', () => {
  it.each([
    ['Namespace', '/api/v1/namespaces/bench-bare'],
    ['ConfigMap', '/api/v1/namespaces/bench-bare/configmaps/bench'],
    ['Deployment', '/apis/apps/v1/namespaces/bench-bare/deployments/bench'],
  ])('of a %s goes to the namespace of the loop', (kind, path) => {
    expect(bareBody(planned(kind), 0).path).toBe(path);
  });

  it('is out of reach of Keelson, and as large', () => {
    const { metadata } = body('ConfigMap', 0);
    expect(Object.keys(metadata.labels ?? {})).toEqual(['baseline.dev/application']);
    expect(metadata.namespace).toBe('bench-bare');
    expect(JSON.stringify(body('ConfigMap', 0))).not.toContain('keelson');
  });

  it('changes with every round, on every object', () => {
    for (const { kind } of objects()) expect(body(kind, 1)).not.toEqual(body(kind, 3));
    expect(JSON.stringify(body('Deployment', 1))).toContain(imageOf(1));
    expect(JSON.stringify(body('Deployment', 2))).toContain(imageOf(2));
  });

  it('knows only what the benchmark applies', () => {
    expect(() => bareBody({ ...planned('ConfigMap'), kind: 'Secret' }, 0)).toThrow('has no Secret');
  });
});
