import type { KubeObject } from '@keelson/domain';
import type { WhenToTakeOver } from './change-set';
import { judge, type Live } from './fence';

const live = (labels?: object, generation?: string, metadata: object = {}): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'c',
      uid: 'u1',
      labels,
      annotations: generation === undefined ? undefined : { 'keelson.dev/generation': generation },
      ...metadata,
    },
  }) as KubeObject;
const shop = { 'keelson.dev/application': 'shop' };

describe('judge', () => {
  it.each<[name: string, live: Live, rule: WhenToTakeOver, recordedUid: string | undefined, act: string]>([
    ['nothing is there', 'absent', 'Never', undefined, 'Create'],
    ['ours of an older generation', live(shop, '9'), 'Never', undefined, 'Update'],
    ['ours of this generation', live(shop, '10'), 'Never', undefined, 'Update'],
    ['ours of a newer generation', live(shop, '11'), 'Always', undefined, 'Stale'],
    ['ours, compared as numbers', live(shop, '9'), 'Always', undefined, 'Update'],
    ['ours without a generation', live(shop), 'Never', undefined, 'Update'],
    ['ours with nonsense for a generation', live(shop, 'x'), 'Never', undefined, 'Update'],
    [
      "another application's",
      live({ 'keelson.dev/application': 'bank' }, '1'),
      'Always',
      undefined,
      'Refuse',
    ],
    [
      "another application's, newer",
      live({ 'keelson.dev/application': 'bank' }, '99'),
      'Always',
      undefined,
      'Refuse',
    ],
    ['being deleted', live(shop, '9', { deletionTimestamp: 'now' }), 'Always', undefined, 'Wait'],
    ["nobody's, Always", live(), 'Always', undefined, 'Update'],
    ["nobody's, IfNoDiff", live(), 'IfNoDiff', undefined, 'CompareThenTakeOver'],
    ["nobody's, Never", live(), 'Never', undefined, 'Refuse'],
    ["nobody's, with a forged generation", live({}, '99'), 'Always', undefined, 'Update'],
    ['ours by uid, its label removed', live({}, '9'), 'Never', 'u1', 'Update'],
    ['ours by uid, its label removed, newer', live({}, '11'), 'Never', 'u1', 'Stale'],
    ['a namesake of ours', live({}, '9'), 'Never', 'u0', 'Refuse'],
  ])('%s', (_name, object, whenToTakeOver, recordedUid, act) => {
    const request = { application: 'shop', generation: 10, whenToTakeOver };
    expect(judge(request, object, recordedUid).act).toBe(act);
  });

  it('says whom it belongs to, and what it takes over', () => {
    const request = { application: 'shop', generation: 10, whenToTakeOver: 'Always' as const };
    expect(judge(request, live({ 'keelson.dev/application': 'bank' }))).toMatchObject({
      message: expect.stringContaining('bank'),
    });
    expect(judge(request, live())).toMatchObject({ takeOver: true });
    expect(judge(request, live(shop))).toMatchObject({ takeOver: false });
  });
});
