import type { KubeObject } from '@keelson/domain';
import { ApiError } from '@keelson/k8s';
import type { Desired } from './desired';
import { Pruning } from './pruning';
import type { TargetHost } from './target-host';

const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'extra' };
const liveOf = (generation: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'extra',
    namespace: 'shop',
    uid: 'u',
    resourceVersion: '5',
    labels: { 'keelson.dev/application': 'shop' },
    annotations: { 'keelson.dev/generation': `${generation}` },
  },
});
const owing = (generation: number, position = generation): Desired =>
  ({
    application: 'shop',
    generation,
    inventory: [{ ref, uid: 'u', created: true, made: false, wanted: false, position }],
  }) as unknown as Desired;

describe('what a target owes', () => {
  let live: KubeObject | undefined;
  let asked: string[];
  let recorded: any[];
  let again: number[];
  let now: number;
  let pruning: Pruning;
  beforeEach(() => {
    [asked, recorded, again, now] = [[], [], [], 1_000_000];
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const request = async (method: string): Promise<unknown> => {
      asked.push(method);
      if (!live) throw new ApiError(404, 'NotFound', 'not found');
      if (method === 'GET') return live;
      live = undefined;
      return { kind: 'Status', status: 'Success', details: { uid: 'u' } };
    };
    const resource = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
    pruning = new Pruning({
      cluster: 'a',
      deps: {
        client: { request },
        discovery: { resolve: async () => resource },
        memory: { forget: () => undefined },
      },
      recorder: {
        record: async (_application: string, _cluster: string, ...commands: any[]) => {
          recorded.push(...commands.filter(({ objects }) => objects.length > 0));
        },
      },
      signal: new AbortController().signal,
      again: (_: string, inMs: number) => again.push(inMs),
    } as unknown as TargetHost);
  });
  afterEach(() => jest.restoreAllMocks());

  it('is deleted, and told with what was known to be owed', async () => {
    live = liveOf(9);
    await pruning.prune(owing(10));
    expect(asked).toEqual(['GET', 'DELETE']);
    expect(recorded).toEqual([{ type: 'RecordPruned', objects: [ref], asOf: 10 }]);
  });

  it('is tried again in time also when the clock was set back', async () => {
    live = { ...liveOf(9), metadata: { ...liveOf(9).metadata, deletionTimestamp: 'now' } };
    await pruning.prune(owing(10));
    const hour = 3_600_000;
    const time = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => time - hour);
    now += 1_000;
    asked.length = 0;
    await pruning.prune(owing(10));
    expect(asked).toEqual(['GET']);
    expect(Math.max(...again)).toBeLessThan(hour / 2);
  });

  describe('and pods of an earlier plan may need', () => {
    const message = 'pods of Deployment shop/web may be of an earlier release';
    const earlierPods = () => message;
    beforeEach(async () => {
      live = liveOf(9);
      await pruning.prune(owing(10), { earlierPods });
    });

    it('stays, and is not even asked for', () => {
      expect([asked, recorded, again]).toEqual([[], [], [1_000]]);
    });

    it('is told of once, when it has stayed for a while', async () => {
      now += 1_000;
      await pruning.prune(owing(10), { earlierPods });
      const delay = { object: ref, reason: 'InUse', message };
      expect(recorded).toEqual([{ type: 'RecordDelays', objects: [delay] }]);
      now += 1_000_000;
      await pruning.prune(owing(10), { earlierPods });
      expect([recorded.length, again.length]).toEqual([1, 1]);
    });

    it('is told of also where a newer plan came within that while', async () => {
      now += 400;
      await pruning.pruneBudgets(owing(10));
      await pruning.prune(owing(10), { earlierPods });
      expect([recorded, again]).toEqual([[], [1_000, 600, 600]]);
      now += 600;
      await pruning.prune(owing(10), { earlierPods });
      expect(recorded).toHaveLength(1);
    });

    it('goes as soon as none can be left', async () => {
      await pruning.prune(owing(10));
      expect(asked).toEqual(['GET', 'DELETE']);
      expect(recorded).toEqual([{ type: 'RecordPruned', objects: [ref], asOf: 10 }]);
    });

    it('goes at once if no pod can refer to it', async () => {
      const service = { ...ref, kind: 'Service' };
      const owed = owing(10);
      await pruning.prune({ ...owed, inventory: [{ ...owed.inventory[0]!, ref: service }] }, { earlierPods });
      expect(asked).toEqual(['GET', 'DELETE']);
    });
  });

  describe('and a newer plan has', () => {
    beforeEach(async () => {
      live = liveOf(11);
      await pruning.prune(owing(10));
    });

    it('is neither deleted nor told: who knows less has nothing to say of it', () => {
      expect(asked).toEqual(['GET']);
      expect(recorded).toEqual([]);
    });

    it('is looked at again at once when it is owed anew', async () => {
      await pruning.prune(owing(12));
      expect(live).toBeUndefined();
      expect(recorded).toEqual([{ type: 'RecordPruned', objects: [ref], asOf: 12 }]);
    });

    it('is not asked for again and again', async () => {
      now += 5_000;
      await pruning.prune(owing(10));
      expect(asked).toEqual(['GET']);
    });

    it('is shown with the reason where no news of that plan ever comes', async () => {
      now += 16_000;
      await pruning.prune(owing(10));
      expect(asked).toEqual(['GET', 'GET']);
      const delay = { object: ref, reason: 'Failed', message: 'a newer plan has applied it' };
      expect(recorded).toEqual([{ type: 'RecordDelays', objects: [delay] }]);
    });
  });
});
