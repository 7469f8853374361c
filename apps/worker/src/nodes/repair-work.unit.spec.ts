import {
  nodeRepairDecider,
  noRepairs,
  type NodeRepairCommand,
  type NodeRepairEvent,
  type NodeRepairs,
  type RepairStep,
} from '@keelson/domain';
import { ApiError, type ClusterClient } from '@keelson/k8s';
import { pino } from 'pino';
import { until } from '../../../../test/support/until';
import { Outside } from '../verification/outside.spec';
import type { RepairLog } from './repair-log';
import { RepairWork } from './repair-work';

const outside = new Outside();
beforeAll(() => outside.start());
afterAll(() => outside.stop());

const of = { cluster: 'eu', node: 'n1', repair: 'eu-repair-1', now: 1 };

const logOf = (commands: readonly NodeRepairCommand[]) => {
  let state: NodeRepairs = noRepairs;
  const events: NodeRepairEvent[] = [];
  const tell = (command: NodeRepairCommand): Promise<NodeRepairs> => {
    const decision = nodeRepairDecider.decide(state, command);
    if (decision.ok) {
      events.push(...decision.events);
      state = decision.events.reduce(nodeRepairDecider.evolve, state);
    }
    return Promise.resolve(state);
  };
  for (const command of commands) void tell(command);
  const log = {
    tell,
    read: () => Promise.resolve(state),
    decide: (_: NodeRepairs, what: NodeRepairCommand) => tell(what),
  };
  return { log: log as unknown as RepairLog, state: () => state, told: () => events };
};

const options = {
  cluster: 'eu',
  client: {} as ClusterClient,
  vault: {} as never,
  allowPrivateCallbacks: true,
  logger: pino({ level: 'silent' }),
  took: () => undefined,
  done: () => undefined,
};

describe('the call of a repair system', () => {
  const unheard: NodeRepairCommand[] = [
    { type: 'StartRepair', ...of, uid: 'u1', by: 'ada', why: 'noise' },
    { type: 'BeginRequest', ...of },
    { type: 'RecordRequestFailed', ...of, message: 'cut off', unanswered: true },
  ];

  it.each<[string, number, NodeRepairCommand[]]>([
    ['is made again while it is not known to be heard', 1, []],
    [
      'is not made once more after a person gave the repair up',
      0,
      [{ type: 'CancelRepair', ...of, by: 'ada', why: '' }],
    ],
    [
      'is not made once more after it told that it is done',
      0,
      [{ type: 'RecordRepaired', ...of, by: 'bot' }],
    ],
  ])('%s', async (_, calls, since) => {
    outside.json('/repair', {});
    const before = outside.seen.length;
    const { log, state } = logOf([...unheard, ...since]);
    const stopping = new AbortController();
    const done = new Promise<void>((resolve) => {
      const work = new RepairWork({
        ...options,
        signal: stopping.signal,
        log,
        done: () => resolve(),
      });
      const callback = { url: `${outside.url}/repair` };
      const step: RepairStep = {
        type: 'Request',
        node: 'n1',
        uid: 'u1',
        repair: of.repair,
        policy: 'hardware',
        callback,
        of: state().repairs['n1']!,
      };
      work.want([step]);
    });
    await done;
    stopping.abort();
    expect(outside.seen.length - before).toBe(calls);
  });
});

describe('what a node under repair waits for', () => {
  const begun: NodeRepairCommand[] = [{ type: 'StartRepair', ...of, uid: 'u1', by: 'ada', why: 'noise' }];
  const node = { node: 'n1', uid: 'u1', repair: of.repair };

  it.each<[string, RepairStep]>([
    ['cordon', { type: 'Cordon', ...node }],
    ['drain', { type: 'Drain', ...node, force: false }],
  ])('is told once where the account may not do it: %s', async (_, step) => {
    const { log, state, told } = logOf(begun);
    let asked = 0;
    const request = () => {
      asked += 1;
      return Promise.reject(new ApiError(403, 'Forbidden', 'keelson may not do that'));
    };
    const stopping = new AbortController();
    const work = new RepairWork({ ...options, client: { request } as never, signal: stopping.signal, log });
    work.want([step]);
    await until('it was tried again', () => asked > 1);
    stopping.abort();
    await work.stop();
    expect(state().repairs['n1']?.held).toBe('keelson may not do that');
    expect(told().filter(({ type }) => type === 'NodeEvictionsHeld')).toHaveLength(1);
  });
});

it('a pod that its budget held is tried again, also after the clock was set back', async () => {
  const { log } = logOf([{ type: 'StartRepair', ...of, uid: 'u1', by: 'ada', why: 'noise' }]);
  let evictions = 0;
  const request = (method: string) => {
    if (method === 'GET') {
      const metadata = { name: 'web', namespace: 'shop', uid: 'web' };
      return Promise.resolve({ metadata: {}, items: [{ metadata, status: { phase: 'Running' } }] });
    }
    evictions += 1;
    return Promise.reject(new ApiError(429, 'TooManyRequests', 'not now'));
  };
  const stopping = new AbortController();
  const work = new RepairWork({ ...options, client: { request } as never, signal: stopping.signal, log });
  work.want([{ type: 'Drain', node: 'n1', uid: 'u1', repair: of.repair, force: false }]);
  await until('it was held', () => evictions === 1);
  const before = Date.now();
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => before - 3_600_000);
  try {
    const since = performance.now();
    await until('it was tried again', () => evictions > 1 || performance.now() - since > 4_000);
  } finally {
    clock.mockRestore();
  }
  stopping.abort();
  await work.stop();
  expect(evictions).toBeGreaterThan(1);
});
