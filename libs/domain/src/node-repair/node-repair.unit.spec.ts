import { fold } from '../kernel/decider';
import { given, typesOf } from '../kernel/scenario';
import { nodeRepairDecider, type NodeRepairCommand } from './decider';
import type { NodeRepairEvent } from './events';
import type { ObservedNode } from './observation';
import { validateNodeRepairPolicy, type NodeRepairPolicy } from './policy';
import { nodeRepairPolicyDecider } from './policy-decider';
import type { NodeRepairs } from './state';
import { repairsWakeAt, repairSteps } from './steps';
import {
  away,
  begun,
  cancelled,
  cordoned,
  drained,
  ended,
  MINUTE,
  node,
  NOON,
  of,
  ours,
  policy,
  refused,
  repaired,
  requested,
  started,
  unanswered,
} from './testing.spec';

const others = ['n2', 'n3', 'n4', 'n5'].map((name) => node(name));
const look = (
  history: NodeRepairEvent[],
  nodes: ObservedNode[],
  { now = NOON, policies = [policy()] }: { now?: number; policies?: NodeRepairPolicy[] } = {},
) => {
  const sight = { cluster: 'eu', nodes, policies };
  const decision = given(nodeRepairDecider, history).when({ type: 'AdvanceRepairs', now, sight });
  const events = decision.ok ? decision.events : [];
  const state = fold<NodeRepairs, NodeRepairEvent>(nodeRepairDecider, [...history, ...events]);
  return {
    types: typesOf(decision),
    events,
    state,
    steps: repairSteps(state, sight, now).map(({ type, ...rest }) =>
      'force' in rest && rest.force ? `${type}!` : type,
    ),
    wakeAt: repairsWakeAt(state, sight, now),
  };
};

describe('when a repair is begun', () => {
  it.each<[string, ObservedNode[], string[]]>([
    ['not for a node that is well', [node('n1'), ...others], []],
    ['not before notReadyFor', [away('n1', 4), ...others], []],
    ['after it', [away('n1', 5), ...others], ['NodeRepairStarted']],
    [
      'also where somebody else has cordoned it',
      [away('n1', 5, { unschedulable: true }), ...others],
      ['NodeRepairStarted', 'NodeCordoned'],
    ],
    [
      'for as many as maxConcurrent',
      [away('n1', 9), away('n2', 9), node('n3'), node('n4'), node('n5')],
      ['NodeRepairStarted', 'NodeRepairStarted'],
    ],
    [
      'for none when too many are faulty',
      [away('n1', 9), away('n2', 9), away('n3', 1), node('n4'), node('n5')],
      ['RepairsHalted'],
    ],
  ])('%s', (_, nodes, types) => expect(look([], nodes).types).toEqual(types));

  it('longest away first, and says why', () => {
    const { events } = look([], [away('n2', 6), away('n1', 7), node('n3'), node('n4'), node('n5')], {
      policies: [policy({ maxConcurrent: 1 })],
    });
    expect(events).toEqual([
      {
        type: 'NodeRepairStarted',
        data: {
          ...of,
          uid: 'uid-n1',
          policy: 'hardware',
          why: 'not Ready since 2026-11-19T11:53:00.000Z, longer than 5m',
        },
      },
    ]);
  });

  it('for a chosen condition besides', () => {
    const deadlock = { type: 'KernelDeadlock', status: 'True', since: NOON - 6 * MINUTE };
    const nodes = [node('n1', { conditions: [deadlock] }), ...others];
    expect(look([], nodes).types).toEqual([]);
    const policies = [policy({ condition: { type: 'KernelDeadlock', status: 'True' } })];
    expect(look([], nodes, { policies }).types).toEqual(['NodeRepairStarted']);
  });

  it('only for nodes that the policy selects, of which its shares are', () => {
    const gpu = { labels: { pool: 'gpu' } };
    const policies = [policy({ nodeSelector: { matchLabels: { pool: 'gpu' } } })];
    expect(look([], [away('n1', 9), ...others], { policies }).types).toEqual([]);
    expect(look([], [away('n1', 9, gpu), node('n2', gpu), node('n3')], { policies }).types).toEqual([
      'NodeRepairStarted',
    ]);
    expect(look([], [away('n1', 9, gpu), away('n2', 9, gpu), ...others], { policies }).types).toEqual([
      'RepairsHalted',
    ]);
  });

  it('not again for a fault whose repair a person cancelled, and not at once after one that did not help', () => {
    const nodes = [away('n1', 9), ...others];
    expect(look([started(), cancelled, ended], nodes, { now: NOON + 60 * MINUTE }).types).toEqual([]);
    const again = [started(), { ...ended, data: { ...of, outcome: 'Repaired' } } as NodeRepairEvent];
    expect(look(again, nodes).types).toEqual([]);
    expect(look(again, nodes).wakeAt).toBe(NOON + 5 * MINUTE);
    expect(look(again, nodes, { now: NOON + 5 * MINUTE }).types).toEqual(['NodeRepairStarted']);
  });

  it('on a node that is called constructor', () => {
    expect(look([], [away('constructor', 9), ...others]).types).toEqual(['NodeRepairStarted']);
  });

  it('by the clock, which is set for it', () => {
    expect(look([], [away('n1', 4), ...others]).wakeAt).toBe(NOON + MINUTE);
    expect(look([], [node('n1'), ...others]).wakeAt).toBeUndefined();
  });
});

describe('the course of a repair', () => {
  const inDrain = [started(), cordoned()];
  const calling = [...inDrain, drained, begun];
  const asked = [...calling, requested];
  it.each<[string, NodeRepairEvent[], ObservedNode, string[], string[]]>([
    ['is begun with a cordon', [started()], away('n1', 9), [], ['Cordon']],
    [
      'goes on to the drain when the cordon shows',
      [started()],
      away('n1', 9, ours),
      ['NodeCordoned'],
      ['Drain'],
    ],
    ['puts a cordon back that a person lifted', inDrain, away('n1', 9), [], ['Cordon']],
    ['waits for the pods', inDrain, away('n1', 9, { ...ours, podsLeft: 1 }), [], ['Drain']],
    [
      'calls the repair system when they are gone',
      inDrain,
      away('n1', 9, { ...ours, podsLeft: 0 }),
      ['NodeDrained'],
      ['Request'],
    ],
    ['calls until it is heard', calling, away('n1', 9, ours), [], ['Request']],
    [
      'calls on although the node is Ready again: it may have been heard',
      calling,
      node('n1', ours),
      [],
      ['Request'],
    ],
    ['nor does silence say that it was not', [...calling, unanswered], node('n1', ours), [], ['Request']],
    [
      'takes a node back that is Ready when it was refused',
      [...calling, refused],
      node('n1', ours),
      [],
      ['Uncordon'],
    ],
    ['waits for it', asked, away('n1', 9, ours), [], []],
    ['waits although the node is Ready again', asked, node('n1', ours), [], []],
    ['waits for Ready when told', [...asked, repaired], away('n1', 9, ours), [], []],
    ['uncordons when told and Ready', [...asked, repaired], node('n1', ours), [], ['Uncordon']],
    [
      'ends when the uncordon shows',
      [...asked, repaired],
      node('n1'),
      ['NodeUncordoned', 'NodeRepairEnded'],
      [],
    ],
    ['may be told before the drain is done', [...inDrain, repaired], node('n1', ours), [], ['Uncordon']],
    ['leaves a node alone that recovers before its cordon', [started()], node('n1'), ['NodeRepairEnded'], []],
    ['uncordons one that recovers after it', inDrain, node('n1', ours), [], ['Uncordon']],
    ['ends with the node', inDrain, node('other'), ['NodeRepairEnded'], []],
    [
      'ends with the node that another took the name of',
      inDrain,
      node('n1', { uid: 'new' }),
      ['NodeRepairEnded'],
      [],
    ],
    ['uncordons when cancelled', [...asked, cancelled], away('n1', 9, ours), [], ['Uncordon']],
    [
      'takes back a cordon that shows too late',
      [started(), cancelled, ended],
      away('n1', 9, ours),
      [],
      ['Uncordon'],
    ],
    [
      'leaves a cordon of another repair alone',
      [started(), cancelled, ended],
      away('n1', 9, { ...ours, cordonedFor: 'us-repair-1' }),
      [],
      [],
    ],
  ])('%s', (_, history, seen, types, steps) => {
    const found = look(history, [seen, ...others]);
    expect([found.types, found.steps]).toEqual([types, steps]);
  });

  it('drains a node once more whose cordon somebody lifted, unless the repair system may be at work on it', () => {
    const history = [started(), cordoned(), drained];
    const lifted = away('n1', 9, { cordonedFor: of.repair });
    const first = look(history, [lifted, ...others]);
    expect([first.types, first.steps]).toEqual([['NodeCordonLifted'], ['Cordon']]);
    const second = look([...history, ...first.events], [away('n1', 9, ours), ...others]);
    expect([second.types, second.steps]).toEqual([['NodeCordoned'], ['Drain']]);
    for (const known of [[begun], [requested], [repaired]])
      expect(look([...history, ...known], [lifted, ...others]).types).toEqual([]);
  });

  it('never uncordons what somebody else cordoned', () => {
    const foreign = [started(), cordoned(false), drained, requested, repaired];
    const found = look(foreign, [node('n1', { unschedulable: true }), ...others]);
    expect([found.types, found.steps]).toEqual([['NodeRepairEnded'], []]);
    expect(look([started()], [away('n1', 9, { unschedulable: true }), ...others]).events).toMatchObject([
      { type: 'NodeCordoned', data: { ours: false } },
    ]);
  });

  it('deletes the pods of a node that stays dead, and never of one that is Ready', () => {
    const nodes = [away('n1', 9, { ...ours, podsLeft: 2 }), ...others];
    expect(look(inDrain, nodes)).toMatchObject({ steps: ['Drain'], wakeAt: NOON + 3 * MINUTE });
    expect(look(inDrain, nodes, { now: NOON + 3 * MINUTE }).steps).toEqual(['Drain!']);
    const ordered = [started({ by: 'ann' }), cordoned()];
    const alive = [node('n1', { ...ours, podsLeft: 2 }), ...others];
    expect(look(ordered, alive, { now: NOON + 60 * MINUTE }).steps).toEqual(['Drain']);
    const never = [policy({ forceDeleteAfter: undefined as never })];
    expect(look(inDrain, nodes, { now: NOON + 60 * MINUTE, policies: never }).steps).toEqual(['Drain']);
  });

  it('of a person goes on without a policy, whatever the node says, until it is told', () => {
    const ordered = [started({ by: 'ann' })];
    const none = { policies: [] };
    expect(look(ordered, [node('n1')], none).steps).toEqual(['Cordon']);
    const done = [...ordered, cordoned(), drained];
    expect(look(done, [node('n1', ours)], none)).toMatchObject({ types: [], steps: [] });
    expect(look([...done, repaired], [node('n1', ours)], none).steps).toEqual(['Uncordon']);
    // Where a policy selects the node, its repair system is called.
    expect(look(done, [node('n1', ours)]).steps).toEqual(['Request']);
  });

  it('is withdrawn with its policy, unless the repair system is at work', () => {
    const seen = [away('n1', 9, ours), ...others];
    const gone = look(inDrain, seen, { policies: [] });
    expect([gone.types, gone.steps]).toEqual([['NodeRepairCancelled'], ['Uncordon']]);
    for (const history of [asked, calling])
      expect(look(history, seen, { policies: [] })).toMatchObject({ types: [], steps: [] });
  });
});

describe('a storm', () => {
  const many = [away('n1', 9, ours), away('n2', 9), away('n3', 1), node('n4'), node('n5')];
  const few = [away('n1', 9, ours), away('n2', 9), node('n3'), node('n4'), node('n5')];

  it('says its numbers, and stops what the policy began: cordons, evictions and calls', () => {
    const found = look([started()], many);
    expect(found.events).toContainEqual({
      type: 'RepairsHalted',
      data: { cluster: 'eu', policy: 'hardware', unhealthy: 3, nodes: 5, allowed: 2, at: of.at },
    });
    expect(found.steps).toEqual([]);
    expect(look([started(), cordoned(), drained], many).steps).toEqual([]);
    expect(look([started({ by: 'ann' }), cordoned()], many).steps).toEqual(['Drain']);
  });

  it('is over when it has been calm for the cooldown, which a gust begins anew', () => {
    const halted = look([started(), cordoned()], many);
    const history = [started(), cordoned(), ...halted.events];
    const calm = look(history, few);
    expect([calm.types, calm.wakeAt]).toEqual([['RepairsCalm'], NOON + 3 * MINUTE]);
    history.push(...calm.events);
    const gust = look(history, many, { now: NOON + 5 * MINUTE });
    expect(gust.types).toEqual(['RepairsHalted']);
    history.push(...gust.events);
    const again = look(history, few, { now: NOON + 6 * MINUTE });
    history.push(...again.events);
    expect(look(history, few, { now: NOON + 15 * MINUTE }).types).toEqual([]);
    const over = look(history, few, { now: NOON + 16 * MINUTE });
    expect(over.types).toEqual(['RepairsResumed', 'NodeRepairStarted']);
    expect(over.steps).toEqual(['Drain!', 'Cordon']);
  });

  it('ends with its policy', () => {
    const { events } = look([], many);
    expect(look(events as NodeRepairEvent[], many, { policies: [] }).types).toEqual(['RepairsResumed']);
  });
});

describe('what is told of a repair', () => {
  const tell = (history: NodeRepairEvent[], command: Record<string, unknown>) =>
    typesOf(
      given(nodeRepairDecider, history).when({
        cluster: 'eu',
        node: 'n1',
        now: NOON,
        repair: of.repair,
        by: 'ann',
        why: 'w',
        ...command,
      } as unknown as NodeRepairCommand),
    );
  const held: NodeRepairEvent = { type: 'NodeEvictionsHeld', data: { ...of, pods: 1, message: 'budget' } };

  it.each<[NodeRepairEvent[], Record<string, unknown>, string]>([
    [[], { type: 'StartRepair', uid: 'uid-n1' }, 'NodeRepairStarted'],
    [[started()], { type: 'StartRepair', uid: 'uid-n1' }, 'rejected: repair-under-way'],
    [[started()], { type: 'CancelRepair' }, 'NodeRepairCancelled'],
    [[started(), cancelled], { type: 'CancelRepair' }, ''],
    [[], { type: 'CancelRepair' }, 'rejected: not-under-repair'],
    [[started()], { type: 'RecordRepaired' }, 'NodeRepaired'],
    [[started(), repaired], { type: 'RecordRepaired' }, ''],
    [[], { type: 'RecordRepaired' }, 'rejected: not-under-repair'],
    [[started()], { type: 'RecordRepaired', repair: 'eu-repair-0' }, 'rejected: another-repair'],
    [[started()], { type: 'RecordHeld', pods: 1, message: 'budget' }, 'NodeEvictionsHeld'],
    [[started(), held], { type: 'RecordHeld', pods: 1, message: 'budget' }, ''],
    [[started()], { type: 'RecordForceDeleted', pods: [] }, ''],
    [[started()], { type: 'RecordForceDeleted', pods: [{}] }, 'NodePodsForceDeleted'],
    [[started()], { type: 'BeginRequest' }, 'NodeRepairRequestBegun'],
    [[started(), begun], { type: 'BeginRequest' }, ''],
    [[started(), begun, unanswered], { type: 'BeginRequest' }, ''],
    [[started(), begun, refused], { type: 'BeginRequest' }, 'NodeRepairRequestBegun'],
    [[started(), requested], { type: 'BeginRequest' }, ''],
    [[started(), cancelled], { type: 'BeginRequest' }, ''],
    [[started()], { type: 'RecordRequestFailed', message: 'refused' }, 'NodeRepairRequestFailed'],
    [[started(), refused], { type: 'RecordRequestFailed', message: 'refused' }, ''],
    [[started(), begun], { type: 'RecordRequestFailed', message: 'refused' }, 'NodeRepairRequestFailed'],
    [
      [started(), begun, refused, begun],
      { type: 'RecordRequestFailed', message: 'refused' },
      'NodeRepairRequestFailed',
    ],
    [
      [started(), begun, unanswered],
      { type: 'RecordRequestFailed', message: 'no answer', unanswered: true },
      '',
    ],
    [[started(), begun, refused], { type: 'RecordRequested', url: 'u' }, 'NodeRepairRequested'],
    [[started(), requested], { type: 'RecordRequested', url: 'u' }, ''],
    [[started()], { type: 'RecordRequested', url: 'u', repair: 'eu-repair-0' }, ''],
    [[], { type: 'RecordRequested', url: 'u' }, ''],
  ])('%j %j', (history, command, type) => expect(tell(history, command).join()).toBe(type));
});

describe('a policy', () => {
  it('is defined, changed and deleted, and says nothing twice', () => {
    const { policy: name, ...definition } = policy();
    const defined = { type: 'NodeRepairPolicyDefined' as const, data: policy() };
    const define = { type: 'DefineNodeRepairPolicy' as const, policy: name, definition };
    expect(typesOf(given(nodeRepairPolicyDecider, []).when(define))).toEqual([defined.type]);
    expect(typesOf(given(nodeRepairPolicyDecider, [defined]).when(define))).toEqual([]);
    const remove = { type: 'DeleteNodeRepairPolicy' as const };
    expect(typesOf(given(nodeRepairPolicyDecider, [defined]).when(remove))).toEqual([
      'NodeRepairPolicyDeleted',
    ]);
    expect(typesOf(given(nodeRepairPolicyDecider, []).when(remove))).toEqual([
      'rejected: node-repair-policy-not-found',
    ]);
  });

  it.each<[Partial<NodeRepairPolicy>, string]>([
    [{ maxConcurrent: 0 }, '/maxConcurrent'],
    [{ maxConcurrent: '0%' }, '/maxConcurrent'],
    [{ notReadyFor: '0s' }, '/notReadyFor'],
    [{ callback: { url: 'ftp://a' } }, '/callback/url'],
    [{ callback: { url: 'https://me:secret@a' } }, '/callback/url'],
    [
      { nodeSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } },
      '/nodeSelector/matchExpressions/0/values',
    ],
  ])('%j is refused', (change, path) =>
    expect(validateNodeRepairPolicy(policy(change)).map((error) => error.path)).toEqual([path]),
  );
  it('is fine as it is', () => expect(validateNodeRepairPolicy(policy())).toEqual([]));
});
