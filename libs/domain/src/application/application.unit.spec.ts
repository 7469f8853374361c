import { given, typesOf } from '../kernel/scenario';
import { DEFAULT_STRATEGY } from '../strategy';
import { applicationDecider, type ApplicationDefinition, type ApplicationEvent } from './index';

const deployment = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: { replicas: 2, template: { spec: { containers: [{ name: 'main', image: 'shop:1' }] } } },
});
const autoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
};
const definition: ApplicationDefinition = {
  project: 'default',
  labels: {},
  namespace: 'shop',
  objects: [deployment('web')],
  placement: { clusterNames: ['eu-1'] },
  overrides: [],
  strategy: DEFAULT_STRATEGY,
  dependsOn: [],
  policy: { drift: 'Correct', whenToTakeOver: 'Never' },
};
const defined = (change: Partial<ApplicationDefinition> = {}): ApplicationEvent => ({
  type: 'ApplicationDefined',
  data: { application: 'shop', definition: { ...definition, ...change } },
});
const define = (change: Partial<ApplicationDefinition> = {}) =>
  ({ type: 'DefineApplication', application: 'shop', definition: { ...definition, ...change } }) as const;
const scaled = (replicas: number, tier?: string): ApplicationEvent => ({
  type: 'ApplicationScaled',
  data: {
    application: 'shop',
    scale: {
      replicas,
      workload: 'Deployment/web',
      ...(tier ? { clusterSelector: { matchLabels: { tier } } } : {}),
    },
  },
});

describe('an application', () => {
  it('records only the facets that a redefinition changes', () => {
    expect(typesOf(given(applicationDecider, [defined()]).when(define()))).toEqual([]);
    expect(
      given(applicationDecider, [defined()]).when(define({ placement: { clusterNames: ['us-1'] } })),
    ).toEqual({
      ok: true,
      events: [
        {
          type: 'ApplicationRedefined',
          data: { application: 'shop', facets: { placement: { clusterNames: ['us-1'] } } },
        },
      ],
    });
  });

  it('keeps its namespace for life', () => {
    expect(typesOf(given(applicationDecider, [defined()]).when(define({ namespace: 'other' })))).toEqual([
      'rejected: namespace-is-fixed',
    ]);
  });

  it('numbers releases and runs, and never reuses a number', () => {
    const request = { type: 'RequestRelease', version: '1', revision: 'abc' } as const;
    const first = given(applicationDecider, [defined()]).when(request);
    expect(first.ok && first.events[0]?.data).toMatchObject({
      release: 'shop-r1',
      run: 'shop-1',
      sequence: 1,
    });
    const requested = (first.ok ? first.events : []) as ApplicationEvent[];
    const reborn = given(applicationDecider, [
      defined(),
      ...requested,
      { type: 'ApplicationDeleted', data: { application: 'shop' } },
      defined(),
    ]);
    const second = reborn.when(request);
    expect(second.ok && second.events[0]?.data).toMatchObject({ release: 'shop-r2', run: 'shop-2' });
  });

  it('is scaled without touching anything else', () => {
    const { when } = given(applicationDecider, [defined()]);
    expect(when({ type: 'ScaleApplication', scale: { replicas: 7 } })).toEqual({
      ok: true,
      events: [scaled(7)],
    });
    expect(typesOf(when({ type: 'ScaleApplication', scale: { replicas: 7, workload: 'nothing' } }))).toEqual([
      'rejected: workload-not-found',
    ]);
    const two = given(applicationDecider, [defined({ objects: [deployment('web'), deployment('api')] })]);
    expect(typesOf(two.when({ type: 'ScaleApplication', scale: { replicas: 7 } }))).toEqual([
      'rejected: workload-ambiguous',
    ]);
    const auto = given(applicationDecider, [defined({ objects: [deployment('web'), autoscaler] })]);
    expect(typesOf(auto.when({ type: 'ScaleApplication', scale: { replicas: 7 } }))).toEqual([
      'rejected: workload-is-autoscaled',
    ]);
  });

  it('forgets the scales that a later one covers', () => {
    const state = given(applicationDecider, [
      defined(),
      scaled(3),
      scaled(4, 'prod'),
      scaled(5, 'prod'),
    ]).state;
    expect(state.exists && state.scales.map(({ replicas }) => replicas)).toEqual([3, 5]);
    const all = given(applicationDecider, [defined(), scaled(3), scaled(4, 'prod'), scaled(6)]).state;
    expect(all.exists && all.scales.map(({ replicas }) => replicas)).toEqual([6]);
  });

  it('refuses every command until it is defined, and after it is deleted', () => {
    const deleted = given(applicationDecider, [
      defined(),
      { type: 'ApplicationDeleted', data: { application: 'shop' } },
    ]);
    for (const { when } of [given(applicationDecider, []), deleted]) {
      expect(typesOf(when({ type: 'DeleteApplication' }))).toEqual(['rejected: application-not-found']);
      expect(typesOf(when({ type: 'ScaleApplication', scale: { replicas: 1 } }))).toEqual([
        'rejected: application-not-found',
      ]);
      expect(typesOf(when({ type: 'RequestRelease', version: '1', revision: 'a' }))).toEqual([
        'rejected: application-not-found',
      ]);
    }
  });
});
