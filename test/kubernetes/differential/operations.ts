import fc from 'fast-check';
import { contentsOf, type Content, type Kind } from './contents';

interface Named {
  readonly name: 'a' | 'b';
}

interface Write extends Named {
  readonly manager: 'one' | 'two';
  readonly dryRun: boolean;
}

/** What a write asks of the live object, in words: versions and uids are each server's own. */
export type Precondition = 'none' | 'live version' | 'stale version' | 'live uid' | 'foreign uid';

export type Operation =
  | (Write & { verb: 'apply'; force: boolean; precondition: Precondition; content: Content })
  | (Write & { verb: 'update'; precondition: Precondition; content: Content })
  | (Write & { verb: 'create'; content: Content })
  | (Write & { verb: 'merge' | 'strategic'; content: Content })
  | (Write & { verb: 'json'; patch: readonly object[] })
  | (Named & { verb: 'delete'; dryRun: boolean; precondition: Precondition })
  | (Named & { verb: 'list'; labelSelector: string })
  | (Named & { verb: 'get' });

const jsonPatch = fc.array(
  fc.oneof(
    fc.constantFrom(
      { op: 'add', path: '/metadata/labels', value: { tier: 'x' } },
      { op: 'add', path: '/metadata/annotations', value: { note: 'x' } },
      { op: 'replace', path: '/metadata/labels/tier', value: 'y' },
      { op: 'replace', path: '/metadata/labels/tier', value: 'ö' },
      { op: 'test', path: '/metadata/labels/tier', value: 'x' },
    ),
    fc
      .constantFrom('/metadata/labels', '/metadata/finalizers', '/data', '/data/a', '/spec/ports/0')
      .map((path) => ({ op: 'remove', path })),
  ),
  { minLength: 1, maxLength: 2 },
);

const SELECTORS = ['tier=x', 'tier!=x', 'tier in (x,y)', 'tier notin (y),team', '!tier', 'team'];

const named = { name: fc.constantFrom('a' as const, 'b' as const) };
const dryRun = fc.nat(4).map((one) => one === 0);
const write = { ...named, manager: fc.constantFrom('one' as const, 'two' as const), dryRun };

const precondition = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Precondition>('none') },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Precondition>('live version', 'stale version', 'live uid', 'foreign uid'),
  },
);

const verb = <Verb extends Operation['verb']>(...verbs: Verb[]) => fc.constantFrom(...verbs);
const record = <T>(model: { [Field in keyof T]: fc.Arbitrary<T[Field]> }) =>
  fc.record<T>(model, { noNullPrototype: true });

function operationOn(kind: Kind): fc.Arbitrary<Operation> {
  const content = contentsOf(kind, 'whole');
  return fc.oneof(
    // Applies come most often: they are what the product lives by.
    {
      weight: 5,
      arbitrary: record({ verb: verb('apply'), ...write, force: fc.boolean(), precondition, content }),
    },
    // 1.20 replaces Services by a path of its own, with rules that later versions gave up; the product never does.
    {
      weight: kind === 'Service' ? 0 : 2,
      arbitrary: record({ verb: verb('update'), ...write, precondition, content }),
    },
    { weight: 1, arbitrary: record({ verb: verb('create'), ...write, content }) },
    {
      weight: 1,
      arbitrary: record({ verb: verb('merge'), ...write, content: contentsOf(kind, 'merge') }),
    },
    {
      weight: 1,
      arbitrary: record({ verb: verb('strategic'), ...write, content: contentsOf(kind, 'strategic') }),
    },
    { weight: 1, arbitrary: record({ verb: verb('json'), ...write, patch: jsonPatch }) },
    { weight: 1, arbitrary: record({ verb: verb('delete'), ...named, dryRun, precondition }) },
    {
      weight: 1,
      arbitrary: record({ verb: verb('list'), ...named, labelSelector: fc.constantFrom(...SELECTORS) }),
    },
    { weight: 1, arbitrary: record({ verb: verb('get'), ...named }) },
  );
}

/** A sequence on one kind: what objects of different kinds do to each other is the controllers' business. */
export const operationsOn = (kind: Kind): fc.Arbitrary<readonly Operation[]> =>
  fc.array(operationOn(kind), { minLength: 1, maxLength: 12 });
