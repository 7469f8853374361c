import type { LogEvent } from '../world/log-follower';
import { repairFaults } from './repairs';

type Said = readonly [type: string, data?: object];

const OF = { cluster: 'c1', node: 'node-1', repair: 'c1-repair-1' };
const WHOLE: readonly Said[] = [
  ['NodeRepairStarted'],
  ['NodeCordoned', { ours: true }],
  ['NodePodsForceDeleted'],
  ['NodeDrained'],
  ['NodeRepairRequestBegun'],
  ['NodeRepairRequestFailed'],
  ['NodeRepairRequestBegun'],
  ['NodeRepairRequested'],
  ['NodeRepaired'],
  ['NodeUncordoned'],
  ['NodeRepairEnded', { outcome: 'Repaired' }],
];

const log = (said: readonly Said[]): LogEvent[] =>
  said.map(([type, data], index) => ({
    position: index + 1,
    id: '',
    type,
    stream: 'node-repairs/c1',
    actor: 'worker',
    data: { ...OF, ...data },
  }));
const faultsOf = (said: readonly Said[], heard: readonly string[] = [OF.repair]): string[] =>
  repairFaults(log(said), new Set(heard));
const without = (...types: string[]): Said[] => WHOLE.filter(([type]) => !types.includes(type));

const another = (number: number): Said => [
  'NodeRepairStarted',
  { node: `node-${number}`, repair: `c1-repair-${number}` },
];

describe('the judge of repairs', () => {
  it('finds nothing wrong with a repair that took its course, or is on its way', () => {
    for (let length = 0; length <= WHOLE.length; length += 1)
      expect(faultsOf(WHOLE.slice(0, length), length > 4 ? [OF.repair] : [])).toEqual([]);
    expect(faultsOf([...WHOLE, ['NodeRepairStarted', { repair: 'c1-repair-2' }], another(3)])).toEqual([]);
  });

  it.each<[string, readonly Said[], readonly string[], string]>([
    [
      'a second one of a node',
      [...WHOLE.slice(0, 2), another(1)],
      [],
      'c1-repair-1 of that node is not over',
    ],
    ['too many at once', [another(1), another(2), another(3)], [], 'that makes 3 at once'],
    ['a step of no repair', WHOLE.slice(1, 2), [], 'under no repair'],
    ['a step of another repair', [another(1), ['NodeDrained', { repair: 'c1-repair-0' }]], [], 'c1-repair-1'],
    [
      'a drain without a cordon',
      without('NodeCordoned', 'NodeUncordoned'),
      [OF.repair],
      'without NodeCordoned',
    ],
    [
      'a call before the second drain',
      [...WHOLE.slice(0, 4), ['NodeCordonLifted'], WHOLE[1]!, WHOLE[4]!],
      [OF.repair],
      'without NodeDrained',
    ],
    ['a call before the drain', without('NodeDrained'), [OF.repair], 'without NodeDrained'],
    [
      'a call that was not begun',
      without('NodeRepairRequestBegun'),
      [OF.repair],
      'without NodeRepairRequestBegun',
    ],
    ['an answer that nobody gave', WHOLE.slice(0, 8), [], 'was not called'],
    ['a call that the log does not know', WHOLE.slice(0, 4), [OF.repair], 'the log says nothing of it'],
    ['an end that nobody told', without('NodeRepaired'), [OF.repair], 'nobody said so'],
    [
      'the cordon of somebody else lifted',
      [another(1), ['NodeCordoned', { ours: false }], ['NodeUncordoned']],
      [],
      'somebody else had cordoned it',
    ],
    [
      'a node taken back from the repair system',
      [...WHOLE.slice(0, 8), ['NodeRepairEnded', { outcome: 'Recovered' }]],
      [OF.repair],
      'at work on it',
    ],
  ])('finds %s', (_, said, heard, fault) => {
    expect(faultsOf(said, heard)).toContainEqual(expect.stringContaining(fault));
  });
});
