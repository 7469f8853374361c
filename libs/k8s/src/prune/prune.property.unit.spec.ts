import type { KubeObject } from '@keelson/domain';
import fc from 'fast-check';
import { ApiError, NetworkError } from '../client/errors';
import { StubApi, StubDiscovery, type Asked } from '../testing/stub-api.spec';
import type { Owed } from './claim';
import { prune, type Pruned } from './prune';

const APPLICATION = 'shop';
const GENERATION = 10;
const SETTLED = new Set<Pruned['outcome']>(['Deleted', 'Gone', 'Kept', 'Stale']);

/** What may stand in a cluster under the name of an object that we owe the deletion of. */
const HANDS = [
  'absent',
  'ours',
  'ours, label removed',
  'ours, taken by another application',
  'ours, applied again by a newer plan',
  'ours, written by somebody else since',
  'ours, made anew by us',
  'foreign',
  'foreign, label copied',
] as const;
type Hand = (typeof HANDS)[number];

const KINDS = ['ConfigMap', 'Secret', 'Widget', 'Namespace', 'made Namespace'] as const;

interface Case {
  readonly kind: (typeof KINDS)[number];
  readonly hand: Hand;
  readonly created: boolean;
  readonly finalizers: boolean;
  /** Somebody else's object in the namespace. */
  readonly guest: boolean;
}

/** What goes wrong at a request; requests that find none left go well. */
type Mischief =
  'none' | 'touched' | 'label removed' | 'newer plan' | 'replaced' | 'server error' | 'no answer';

const cases = fc.array(
  fc.record<Case>({
    kind: fc.constantFrom(...KINDS),
    hand: fc.constantFrom(...HANDS),
    created: fc.boolean(),
    finalizers: fc.boolean(),
    guest: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);
const mischiefs = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Mischief>('none') },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Mischief>(
        'touched',
        'label removed',
        'newer plan',
        'replaced',
        'server error',
        'no answer',
      ),
    },
  ),
  { maxLength: 40 },
);

class World {
  readonly api = new StubApi();
  readonly owed: Owed[] = [];
  readonly wrongs: string[] = [];

  constructor(
    cases: readonly Case[],
    private readonly mischiefs: Mischief[],
  ) {
    for (const [index, each] of cases.entries()) this.place(each, index);
    this.api.before = (asked) => this.meddle(asked);
    this.api.onDelete = (object) => {
      if (!this.isOurs(object)) this.wrongs.push(JSON.stringify(object.metadata));
    };
  }

  /** Written apart from the code under test: what may be deleted at all. */
  isOurs(object: KubeObject): boolean {
    const { labels = {}, annotations = {}, uid, managedFields } = object.metadata as any;
    const owed = this.owed.find(({ ref }) => ref.kind === object.kind && ref.name === object.metadata.name);
    const isSame = owed?.uid !== undefined && owed.uid === uid;
    const isEmpty = ![...this.api.objects].some(
      ([path, { metadata }]) =>
        path.startsWith(`/api/v1/namespaces/${object.metadata.name}/`) &&
        metadata.labels?.['keelson.dev/application'] === undefined,
    );
    if (owed?.made) return isSame && 'keelson.dev/created-namespace-for' in annotations && isEmpty;
    const isLabelled = labels['keelson.dev/application'] === APPLICATION;
    const isApplied = managedFields?.some((entry: any) => entry.manager === 'keelson');
    const isNewer = Number(annotations['keelson.dev/generation']) > GENERATION;
    if (!owed || !isLabelled || isNewer || !(isSame || isApplied)) return false;
    return object.kind !== 'Namespace' || (owed.created === true && isSame && isEmpty);
  }

  async round(): Promise<readonly Pruned[]> {
    const deps = { client: this.api, discovery: new StubDiscovery() };
    return prune(deps, this.owed, { application: APPLICATION, generation: GENERATION });
  }

  /** Whoever holds objects back lets go of them. */
  release(): void {
    for (const [path, object] of this.api.objects) {
      if (object.metadata.deletionTimestamp) this.api.objects.delete(path);
      else delete object.metadata['finalizers'];
    }
  }

  private place({ kind, hand, created, finalizers, guest }: Case, index: number): void {
    const name = `n${index}`;
    const made = kind === 'made Namespace';
    const isNamespace = made || kind === 'Namespace';
    const apiVersion = kind === 'Widget' ? 'example.com/v1' : 'v1';
    const ref = { apiVersion, kind: isNamespace ? 'Namespace' : kind, name };
    const plural = isNamespace ? '' : `/${kind.toLowerCase()}s/${name}`;
    const root = kind === 'Widget' ? '/apis/example.com/v1' : '/api/v1';
    const path = `${root}/namespaces/${isNamespace ? name : 'shop'}${plural}`;
    this.owed.push({
      ref: isNamespace ? ref : { ...ref, namespace: 'shop' },
      uid: `uid-of-${name}`,
      created: made || created,
      ...(made ? { made } : {}),
    });
    const live = this.object(ref, hand, made);
    if (!live) return;
    if (finalizers) live.metadata.finalizers = ['example.com/hold'];
    this.api.put(path, live);
    if (isNamespace && guest)
      this.api.put(`${path}/configmaps/guest`, { metadata: { name: 'guest', namespace: name } });
  }

  private object(ref: { kind: string; name: string; apiVersion: string }, hand: Hand, made: boolean): any {
    if (hand === 'absent') return undefined;
    const isForeign = hand.startsWith('foreign') || hand === 'ours, made anew by us';
    const label =
      hand === 'foreign' || hand === 'ours, label removed' || made
        ? undefined
        : hand === 'ours, taken by another application'
          ? 'bank'
          : APPLICATION;
    const manager = hand.startsWith('foreign') || hand.includes('somebody else') ? 'kubectl' : 'keelson';
    const generation = hand.includes('newer plan') ? GENERATION + 1 : GENERATION;
    return {
      apiVersion: ref.apiVersion,
      kind: ref.kind,
      metadata: {
        name: ref.name,
        ...(ref.kind === 'Namespace' ? {} : { namespace: 'shop' }),
        uid: isForeign ? `another-${ref.name}` : `uid-of-${ref.name}`,
        ...(label ? { labels: { 'keelson.dev/application': label } } : {}),
        annotations: made
          ? { 'keelson.dev/created-namespace-for': APPLICATION }
          : { 'keelson.dev/generation': String(generation) },
        managedFields: [{ manager, operation: 'Apply' }],
      },
    };
  }

  /** Just before a request is carried out. */
  private meddle({ method, path }: Asked): void {
    const mischief = this.mischiefs.shift() ?? 'none';
    if (mischief === 'server error') throw new ApiError(500, '', 'etcd has no leader');
    if (mischief === 'no answer') throw new NetworkError('timeout', 'no answer');
    const live = this.api.objects.get(path);
    if (method !== 'DELETE' || !live || mischief === 'none') return;
    const { labels, annotations, ...metadata } = live.metadata;
    const marks = { ...annotations, 'keelson.dev/generation': String(GENERATION + 1) };
    const changes: Record<string, object> = {
      touched: { labels, annotations },
      'label removed': {},
      'newer plan': { labels, annotations: marks },
      replaced: { uid: `another-${metadata.name}`, managedFields: [] },
    };
    this.api.put(path, { ...live, metadata: { ...metadata, ...changes[mischief] } });
  }
}

describe('whatever stands in the cluster and whatever goes wrong', () => {
  it('deletes what is ours, in the end all of it, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(cases, mischiefs, async (each, mischief) => {
        const world = new World(each, [...mischief]);
        let last: readonly Pruned[] = [];
        for (let round = 0; round < 60; round += 1) {
          last = await world.round();
          if (last.every(({ outcome }) => SETTLED.has(outcome))) break;
          world.release();
        }
        expect(last.filter(({ outcome }) => !SETTLED.has(outcome))).toEqual([]);
        expect(world.wrongs).toEqual([]);
        const left = [...world.api.objects.values()].filter((object) => world.isOurs(object));
        expect(left).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('is no idle claim: the same worlds hold objects of every hand that are deleted, and that stay', async () => {
    const [deleted, kept] = [new Set<string>(), new Set<string>()];
    for (const hand of HANDS) {
      const world = new World(
        [{ kind: 'ConfigMap', hand, created: true, finalizers: false, guest: false }],
        [],
      );
      const [pruned] = await world.round();
      (pruned?.outcome === 'Deleted' ? deleted : kept).add(hand);
    }
    expect([...deleted]).toEqual(['ours', 'ours, written by somebody else since', 'ours, made anew by us']);
    expect(kept.size).toBe(HANDS.length - deleted.size);
  });
});
