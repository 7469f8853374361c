import { given, typesOf } from '../kernel/scenario';
import { targetDecider, type TargetEvent } from './index';

const of = { application: 'shop', cluster: 'eu-1' };
const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const changes = [{ path: '/spec/replicas', from: 3, to: 5, manager: 'kubectl-edit' }];
const applied: TargetEvent = { type: 'PlanApplied', data: { ...of, generation: 7, hash: 'h', objects: [] } };
const failed: TargetEvent = {
  type: 'ApplyFailed',
  data: { ...of, generation: 8, terminal: false, message: 'timeout' },
};
const at = '2026-01-01T00:00:00.000Z';
const drifted: TargetEvent = { type: 'DriftDetected', data: { ...of, object, changes } };

describe('a target', () => {
  it('records a generation as applied once, and never an older one', () => {
    const { when } = given(targetDecider, [applied]);
    expect(typesOf(when({ ...of, type: 'RecordApplied', generation: 7, hash: 'h', objects: [] }))).toEqual(
      [],
    );
    expect(typesOf(when({ ...of, type: 'RecordApplied', generation: 6, hash: 'g', objects: [] }))).toEqual(
      [],
    );
    expect(typesOf(when({ ...of, type: 'RecordApplied', generation: 8, hash: 'i', objects: [] }))).toEqual([
      'PlanApplied',
    ]);
  });

  it('records a failure when it is new, and forgets it when the plan is applied', () => {
    const retry = { ...of, type: 'RecordApplyFailed', generation: 8, terminal: false } as const;
    expect(typesOf(given(targetDecider, [applied, failed]).when({ ...retry, message: 'timeout' }))).toEqual(
      [],
    );
    expect(typesOf(given(targetDecider, [applied, failed]).when({ ...retry, message: 'refused' }))).toEqual([
      'ApplyFailed',
    ]);
    expect(
      typesOf(given(targetDecider, [applied]).when({ ...retry, generation: 7, message: 'late' })),
    ).toEqual([]);
    const later: TargetEvent = {
      type: 'PlanApplied',
      data: { ...of, generation: 8, hash: 'i', objects: [] },
    };
    expect(given(targetDecider, [applied, failed, later]).state.failure).toBeUndefined();
  });

  it('records health as transitions: counts on the way are not events, the words of a failure are', () => {
    const health = (status: 'InProgress' | 'Current' | 'Failed', message: string, generation = 7) =>
      ({ ...of, type: 'RecordHealth', generation, status, message }) as const;
    const history: TargetEvent[] = [
      applied,
      { type: 'HealthChanged', data: { ...of, generation: 7, status: 'InProgress', message: '1 of 3' } },
    ];
    expect(typesOf(given(targetDecider, history).when(health('InProgress', '2 of 3')))).toEqual([]);
    expect(typesOf(given(targetDecider, history).when(health('Current', 'ready')))).toEqual([
      'HealthChanged',
    ]);
    expect(typesOf(given(targetDecider, history).when(health('InProgress', '0 of 3', 8)))).toEqual([
      'HealthChanged',
    ]);
    expect(typesOf(given(targetDecider, history).when(health('Current', 'ready', 6)))).toEqual([]);
    const broken: TargetEvent[] = [
      ...history,
      { type: 'HealthChanged', data: { ...of, generation: 7, status: 'Failed', message: 'a' } },
    ];
    expect(typesOf(given(targetDecider, broken).when(health('Failed', 'b')))).toEqual(['HealthChanged']);
  });

  it('keeps drift open until it is corrected or the object is gone', () => {
    const { when, state } = given(targetDecider, [drifted]);
    expect(Object.keys(state.drift)).toHaveLength(1);
    expect(typesOf(when({ ...of, type: 'RecordDrift', object, changes, at }))).toEqual([]);
    expect(typesOf(when({ ...of, type: 'RecordDriftCorrected', object, at, how: 'Applied' }))).toEqual([
      'DriftCorrected',
    ]);
    const pruned: TargetEvent = { type: 'ObjectsPruned', data: { ...of, objects: [object] } };
    expect(given(targetDecider, [drifted, pruned]).state.drift).toEqual({});
    expect(
      typesOf(
        given(targetDecider, []).when({ ...of, type: 'RecordDriftCorrected', object, at, how: 'Applied' }),
      ),
    ).toEqual([]);
  });

  it('ends with the next plan what is open of its objects', () => {
    const objects = [{ ref: object, outcome: 'Configured' }] as const;
    const applied = { ...of, type: 'RecordApplied', generation: 9, hash: 'h', objects, at } as const;
    expect(typesOf(given(targetDecider, [drifted]).when(applied))).toEqual(['PlanApplied', 'DriftCorrected']);
    expect(typesOf(given(targetDecider, [drifted]).when({ ...applied, objects: [] }))).toEqual([
      'PlanApplied',
    ]);
    expect(typesOf(given(targetDecider, []).when(applied))).toEqual(['PlanApplied']);
  });

  it('tells why an object that must go is still there, once, and again when it is owed anew', () => {
    const delay = { object, reason: 'Refused', message: 'quota 17 exceeded' } as const;
    const delayed: TargetEvent = { type: 'DeletesDelayed', data: { ...of, objects: [delay] } };
    const record = (change: object = {}) =>
      ({ ...of, type: 'RecordDelays', objects: [{ ...delay, ...change }] }) as const;
    expect(typesOf(given(targetDecider, []).when(record()))).toEqual(['DeletesDelayed']);
    const { when } = given(targetDecider, [delayed]);
    expect(typesOf(when(record({ message: 'quota 18 exceeded' })))).toEqual([]);
    expect(typesOf(when(record({ message: 'a webhook says no' })))).toEqual(['DeletesDelayed']);
    expect(typesOf(when(record({ reason: 'Finalizers', finalizers: ['a/b'] })))).toEqual(['DeletesDelayed']);
    const pruned: TargetEvent = { type: 'ObjectsPruned', data: { ...of, objects: [object] } };
    const wanted: TargetEvent = {
      type: 'PlanApplied',
      data: { ...of, generation: 9, hash: 'h', objects: [{ ref: object, outcome: 'Created' }] },
    };
    for (const between of [pruned, wanted]) {
      expect(typesOf(given(targetDecider, [delayed, between]).when(record()))).toEqual(['DeletesDelayed']);
    }
  });

  it('tells what was made beside a plan that is applied as a whole', () => {
    const made = { objects: [{ ref: object, uid: 'u' }], namespaces: [{ name: 'shop', uid: 'n' }] };
    const decided = given(targetDecider, []).when({ ...of, type: 'RecordMade', ...made });
    expect(decided).toMatchObject({ events: [{ type: 'ObjectsMade', data: { ...of, ...made } }] });
  });

  it('tells of a stray once, until it is gone', () => {
    const stray = { ...of, type: 'RecordStray', object, uid: 'u', generation: 3 } as const;
    const found: TargetEvent = { type: 'StrayFound', data: { ...of, object, uid: 'u', generation: 3 } };
    expect(typesOf(given(targetDecider, []).when(stray))).toEqual(['StrayFound']);
    expect(typesOf(given(targetDecider, [found]).when(stray))).toEqual([]);
    expect(typesOf(given(targetDecider, [found]).when({ ...stray, uid: 'v' }))).toEqual(['StrayFound']);
    const pruned: TargetEvent = { type: 'ObjectsPruned', data: { ...of, objects: [object] } };
    expect(typesOf(given(targetDecider, [found, pruned]).when(stray))).toEqual(['StrayFound']);
  });

  it('records once for a plan that its Service has gone over, and that its idle colour goes', () => {
    const colour = { colour: 'green', release: 'shop-r2' } as const;
    const switched = { ...of, type: 'RecordSwitched', generation: 7, service: 'web', ...colour } as const;
    const retire = { ...of, type: 'RetireIdleColour', generation: 7, ...colour } as const;
    const history: TargetEvent[] = [
      { type: 'ServiceSwitched', data: { ...of, generation: 7, service: 'web', ...colour } },
      { type: 'IdleColourRetired', data: { ...of, generation: 7, ...colour } },
    ];
    for (const command of [switched, retire]) {
      expect(typesOf(given(targetDecider, []).when(command))).toHaveLength(1);
      expect(typesOf(given(targetDecider, history).when(command))).toEqual([]);
      expect(typesOf(given(targetDecider, history).when({ ...command, generation: 8 }))).toHaveLength(1);
    }
  });
});
