import type { KubeObject, Share, UpdateMode } from '@keelson/domain';
import { deploymentDriver as recreate } from '../deployment/deployment-driver';
import type { DriverStep, WorkloadView } from '../types';
import { inPlaceDriver, withInPlace } from './in-place-driver';
import { isUnderWay } from './marks';
import { Drill, plan } from './testing/drill.spec';

const given = { kind: 'Deployment', pods: 4, maxUnavailable: 1 } as const;
const old = plan({ ...given, image: 'log:1' });
const next = plan({ ...given, image: 'log:2' });
const template = (next['spec'] as { template: { spec: object } }).template;
const other: KubeObject = {
  ...next,
  spec: {
    ...(next['spec'] as object),
    template: { ...template, spec: { ...template.spec, hostNetwork: true } },
  },
};

const driver = withInPlace(recreate, inPlaceDriver(old)!);

const viewOf = (drill: Drill): WorkloadView => ({
  live: drill.live,
  children: ['ReplicaSet', 'Pod'].flatMap((kind) => drill.store.list(kind)),
});

const stepOf = (drill: Drill, planned: KubeObject, update: UpdateMode, share: Share = 2): DriverStep =>
  driver.step(planned, { share, update }, viewOf(drill));

const recreated = (drill: Drill, planned: KubeObject): DriverStep =>
  recreate.step(planned, { share: 2, update: 'Recreate' }, viewOf(drill));

describe('which way a workload is updated', () => {
  it.each<[UpdateMode, KubeObject, boolean]>([
    ['InPlaceOnly', next, true],
    ['InPlaceIfPossible', next, true],
    ['Recreate', next, false],
    ['InPlaceIfPossible', other, false],
  ])('%s', (update, planned, inPlace) => {
    const drill = new Drill('Deployment', old);
    const step = stepOf(drill, planned, update);
    expect(isUnderWay(step.object)).toBe(inPlace);
    expect(step.refused).toBeUndefined();
    if (!inPlace) expect(step).toEqual(recreated(drill, planned));
  });

  it('is refused where the strategy forbids new pods and the plan needs them', () => {
    const drill = new Drill('Deployment', old);
    const step = stepOf(drill, other, 'InPlaceOnly');
    expect(step.refused).toBe('it cannot be upgraded in place: /spec/template/spec/hostNetwork differs');
    expect(step.object['spec']).toEqual(drill.live?.['spec']);
    expect(step.patches).toEqual([]);
    expect(step.progress.reached).toBe(false);
  });

  it('is a first install whatever the strategy says', () => {
    const step = driver.step(next, { share: 2, update: 'InPlaceOnly' }, { live: undefined, children: [] });
    expect(step.refused).toBeUndefined();
    expect(step.object['spec']).toEqual(next['spec']);
  });

  it('stays in place once begun, although the strategy is another by now', () => {
    const drill = new Drill('Deployment', old);
    drill.settle(next, 2);
    expect(isUnderWay(stepOf(drill, next, 'Recreate').object)).toBe(true);
    expect(stepOf(drill, old, 'Recreate', '100%').patches.map(({ ref }) => ref.kind)).toEqual(['Pod']);
  });

  it('asks for what it looks at', () => {
    expect(driver.children('InPlaceOnly').map(({ kind }) => kind)).toEqual(['ReplicaSet', 'Pod']);
    expect(inPlaceDriver({ ...old, kind: 'StatefulSet' })?.children.map(({ kind }) => kind)).toEqual([
      'ControllerRevision',
      'Pod',
    ]);
    expect(inPlaceDriver({ ...old, kind: 'Job' })).toBeUndefined();
    expect(
      inPlaceDriver({ ...old, apiVersion: 'apps.kruise.io/v1beta1', kind: 'StatefulSet' }),
    ).toBeUndefined();
  });
});
