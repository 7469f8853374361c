import {
  APPLICATION_LABEL,
  GENERATION_ANNOTATION,
  MADE_FOR_ANNOTATION,
  type KubeObject,
} from '@keelson/domain';
import { tagOf, type Command } from '../script/commands';
import { manifestsOf } from '../script/manifests';
import { liveKey, type LiveObjects } from '../world/simulator-protocol';
import type { LogEvent } from '../world/log-follower';
import { compareWithJournal } from './acknowledged';
import { differencesIn, type Foreign } from './compare-cluster';
import { foldLog } from './fold';

const SHAPE = { mark: 'm1', replicas: 1, image: 'shop:1', service: false, extras: [1], hint: false };
const OBJECTS = manifestsOf('shop', 'team', SHAPE);
const NOTHING: Foreign = { unlabelled: new Set(), planted: new Map() };
const PACE = { batch: 0, of: 1, share: '100%', update: 'Recreate' };

const COMMANDS: Command[] = [
  { do: 'register', cluster: 'c1', labels: { tier: 'canary' } },
  {
    do: 'define',
    app: 'shop',
    definition: {
      namespace: 'team',
      labels: {},
      manifests: OBJECTS,
      placement: { clusterSelector: {} },
      overrides: [
        {
          clusterSelector: { matchLabels: { tier: 'canary' } },
          patches: [
            {
              target: { kind: 'ConfigMap', name: 'shop-settings' },
              patch: [{ op: 'add', path: '/data/zone', value: 'a' }],
            },
          ],
        },
      ],
    },
  },
  { do: 'release', app: 'shop', version: 'v3', images: { main: 'shop:v3' } },
  { do: 'scale', app: 'shop', scale: { replicas: 2, workload: 'shop-web' } },
];
const numbered = COMMANDS.map((command, index) => ({ number: index + 1, command }));

const event = (type: string, number: number, data: object, stream = 'application/shop'): LogEvent => ({
  position: 0,
  id: '',
  type,
  stream,
  actor: number === 0 ? 'worker' : 'admin',
  data,
  ...(number === 0 ? {} : { reason: tagOf(number) }),
});
const inOrder = (...events: LogEvent[]): LogEvent[] =>
  events.map((each, index) => ({ ...each, position: index + 1, id: `e${index + 1}` }));

const OF_RUN = { run: 'shop-1', application: 'shop', cluster: 'c1', stage: 'all' };
const LOG = inOrder(
  event('ClusterRegistered', 1, { labels: { tier: 'canary' } }, 'cluster/c1'),
  event('ApplicationDefined', 2, { definition: { objects: OBJECTS } }),
  event('ReleaseRequested', 3, { version: 'v3' }),
  event('RunCreated', 3, { run: 'shop-1', application: 'shop', release: 'shop-r1' }, 'run/shop-1'),
  event('ClusterStarted', 0, { ...OF_RUN, release: 'shop-r1', pace: PACE }, 'run/shop-1'),
  event('ApplicationScaled', 4, { scale: { replicas: 2 } }),
  event('ClusterSucceeded', 0, OF_RUN, 'run/shop-1'),
  event('RunSucceeded', 0, { run: 'shop-1', application: 'shop' }, 'run/shop-1'),
);

/** What a cluster is like in which everything went well. */
const goodCluster = (): Record<string, any> => {
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'budget', namespace: 'team' },
    spec: { selector: { matchLabels: { app: 'shop-web' } } },
  };
  const objects = [...structuredClone(OBJECTS), structuredClone(budget)] as any[];
  for (const object of objects) {
    object.metadata.labels = { ...object.metadata.labels, [APPLICATION_LABEL]: 'shop' };
    object.metadata.annotations = {
      [GENERATION_ANNOTATION]: '6',
      ...(object.kind === budget.kind ? { [MADE_FOR_ANNOTATION]: 'Deployment/shop-web' } : {}),
    };
    if (object.metadata.name === 'shop-settings') object.data.zone = 'a';
    if (object.kind !== 'Deployment') continue;
    object.spec.replicas = 2;
    object.spec.template.spec.containers[0].image = 'shop:v3';
  }
  const pods = ['1', '2'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'team', labels: { app: 'shop-web' } },
    spec: { containers: [{ name: 'main', image: 'shop:v3' }] },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  }));
  return Object.fromEntries([...objects, ...pods].map((object) => [liveKey(object as KubeObject), object]));
};
const differences = (live: LiveObjects, foreign = NOTHING, log = LOG): string[] =>
  differencesIn(foldLog(log, numbered), 'c1', live, foreign);

const SETTINGS = 'ConfigMap/team/shop-settings';
const WEB = 'Deployment/team/shop-web';
const BUDGET = 'PodDisruptionBudget/team/budget';
const named = (budget: any, madeFor: string) => ({
  ...budget,
  metadata: {
    ...budget.metadata,
    annotations: { ...budget.metadata.annotations, [MADE_FOR_ANNOTATION]: madeFor },
  },
});

describe('the oracle', () => {
  it('finds nothing wrong with a cluster that is as the commands say', () => {
    expect(differences(goodCluster())).toEqual([]);
  });

  it.each<[string, (live: Record<string, any>) => void, RegExp]>([
    ['an object that is not there', (live) => delete live[SETTINGS], /shop-settings is not there/],
    [
      'a value of an earlier plan',
      (live) => (live[SETTINGS].data.mark = 'm0'),
      /mark is "m0" instead of "m1"/,
    ],
    ['an override that was lost', (live) => delete live[SETTINGS].data.zone, /zone is absent/],
    ['a key that no manifest has', (live) => (live[SETTINGS].data.hint = 'yes'), /still has hint/],
    ['a scale that was lost', (live) => (live[WEB].spec.replicas = 1), /replicas is 1 instead of 2/],
    ['a batch that still holds', (live) => (live[WEB].spec.minReadySeconds = 9), /still held/],
    [
      'a pod of the old image',
      (live) => (live['Pod/team/1'].spec.containers[0].image = 'x'),
      /pod 1 has main=x/,
    ],
    ['a budget that is gone', (live) => delete live[BUDGET], /has 0 disruption budgets/],
    [
      'a budget of nothing',
      (live) => (live['PodDisruptionBudget/team/other'] = named(live[BUDGET], 'Deployment/other')),
      /PodDisruptionBudget\/team\/other of shop is left/,
    ],
    ['a pod too few', (live) => delete live['Pod/team/2'], /has 1 pods instead of 2/],
    [
      'a label that was not put back',
      (live) => delete live[SETTINGS].metadata.labels,
      /has the label undefined/,
    ],
    [
      'an object that should be gone',
      (live) => (live['Service/team/shop'] = { ...live[SETTINGS], kind: 'Service' }),
      /Service\/team\/shop of shop is left/,
    ],
    [
      'a pod whose workload is gone',
      (live) => (live['Pod/team/9'] = { kind: 'Pod', metadata: { namespace: 'team', labels: { app: 'x' } } }),
      /its workload is gone/,
    ],
  ])('finds %s', (_, spoil, expected) => {
    const live = goodCluster();
    spoil(live);
    expect(differences(live)).toEqual([expect.stringMatching(expected)]);
  });

  it('expects nothing any more where a cluster was forgotten, and leaves what was orphaned', () => {
    const forgotten = [...numbered, { number: 5, command: FORGET }];
    const log = inOrder(...LOG, event('ClusterForgotten', 5, { workloads: 'orphan' }, 'cluster/c1'));
    expect(differencesIn(foldLog(log, forgotten), 'c1', goodCluster(), NOTHING)).toEqual([]);
    const later = goodCluster();
    later[SETTINGS].metadata.annotations[GENERATION_ANNOTATION] = '99';
    expect(differencesIn(foldLog(log, forgotten), 'c1', later, NOTHING)).toEqual([
      expect.stringContaining('is left and should be gone'),
    ]);
  });

  it("looks after what is somebody else's", () => {
    const planted = new Map([['ConfigMap/team/theirs', 'uid-1']]);
    const theirs = (change: object) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'theirs', namespace: 'team', uid: 'uid-1' },
      data: { owner: 'somebody-else' },
      ...change,
    });
    const seen = (change: object) =>
      differences({ ...goodCluster(), 'ConfigMap/team/theirs': theirs(change) }, { ...NOTHING, planted });
    expect(seen({})).toEqual([]);
    expect(seen({ data: {} })).toEqual([expect.stringContaining('was changed')]);
    expect(differences(goodCluster(), { ...NOTHING, planted })).toEqual([expect.stringContaining('is gone')]);
  });

  it('expects the whole where a run succeeded over a cluster that was away, and not where it was ill', () => {
    const isWhole = (reason: string): boolean | undefined => {
      const half = { ...PACE, of: 2, share: '50%' };
      const log = inOrder(
        ...LOG.slice(0, 4),
        event('ClusterStarted', 0, { ...OF_RUN, release: 'shop-r1', pace: half }, 'run/shop-1'),
        event('ClusterFailed', 0, { ...OF_RUN, reason }, 'run/shop-1'),
        ...LOG.slice(-1),
      );
      return foldLog(log, numbered).targets.get('shop/c1')?.whole;
    };
    expect(isWhole('Unreachable')).toBe(true);
    expect(isWhole('Unhealthy')).toBe(false);
  });

  it('does not let a run go on that was over', () => {
    expect(() => foldLog(inOrder(...LOG, LOG[4]!), numbered)).toThrow('which was over');
  });
});

const FORGET: Command = { do: 'forget', cluster: 'c1', workloads: 'orphan' };

describe('what was acknowledged', () => {
  const entry = (number: number, change: object = {}) => ({
    ...numbered[number - 1]!,
    status: 202,
    tries: 1,
    body: {},
    position: [1, 2, 4, 6][number - 1]!,
    ...change,
  });
  const all = [1, 2, 3, 4].map((number) => entry(number));

  it('is in the log, once, where it was said to be', () => {
    expect(compareWithJournal(LOG, all)).toEqual([]);
  });

  it.each<[string, LogEvent[], object[], RegExp]>([
    ['lost', LOG.filter(({ type }) => type !== 'ApplicationScaled'), all, /#4 .* is 0 times in the log/],
    ['done twice', inOrder(...LOG, LOG[5]!), all, /#4 .* is 2 times in the log/],
    [
      'elsewhere',
      LOG,
      [...all.slice(0, 3), entry(4, { position: 5 })],
      /acknowledged at 5 and is in the log at 6/,
    ],
    [
      'refused and done',
      LOG,
      [...all.slice(0, 3), entry(4, { status: 409 })],
      /#4 .* refused and is in the log/,
    ],
    ['done and never asked for', LOG, all.slice(0, 3), /which nobody sent/],
  ])('is not %s', (_, log, entries, expected) => {
    expect(compareWithJournal(log, entries as never)).toEqual([expect.stringMatching(expected)]);
  });

  it('may have been deleted the first time, when the second is told that it is gone', () => {
    const gone = { number: 5, command: FORGET, status: 404, tries: 2, body: {} };
    const log = inOrder(...LOG, event('ClusterForgotten', 5, { workloads: 'orphan' }, 'cluster/c1'));
    expect(compareWithJournal(log, [...all, gone])).toEqual([]);
    expect(compareWithJournal(log, [...all, { ...gone, tries: 1 }])).toHaveLength(1);
    expect(compareWithJournal(LOG, [...all, gone])).toHaveLength(1);
  });
});
