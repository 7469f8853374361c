import { type KubeObject } from '@keelson/domain';
import fc from 'fast-check';
import { equal } from '../json';
import { PLAIN, WORKLOAD } from './builtin-schemas';
import { isEmpty, pathsOf } from './field-set';
import { type Writer, applyFields, managedFieldsOf, recordUpdate } from './managed-fields';
import { DuplicateItemError } from './walk';

const writer = (manager: string, operation: Writer['operation'] = 'Apply'): Writer => ({
  manager,
  operation,
  apiVersion: 'v1',
  time: '2024-01-01T00:00:00Z',
});

const config = (data: Record<string, string>, labels?: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', ...(labels ? { labels } : {}) },
  data,
});

const deployment = (containers: object[], more: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: { template: { spec: { containers } }, ...more },
});

function apply(
  live: KubeObject | undefined,
  next: KubeObject,
  manager: string,
  force = false,
  schema = WORKLOAD,
): KubeObject {
  const result = applyFields(live, next, schema, writer(manager), force);
  if (!result.ok) throw new Error(result.conflicts.map(({ fields }) => pathsOf(fields)).join());
  const { object, managedFields } = result;
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

function update(live: KubeObject, next: KubeObject, manager: string, schema = WORKLOAD): KubeObject {
  const managedFields = recordUpdate(live, next, schema, writer(manager, 'Update'));
  return { ...next, metadata: { ...next.metadata, managedFields } };
}

const ownersOf = (object: KubeObject) =>
  Object.fromEntries(managedFieldsOf(object).map((entry) => [entry.manager, pathsOf(entry.fieldsV1)]));

describe('server-side apply', () => {
  it('records the fields of the configuration and nothing of the envelope', () => {
    const live = apply(undefined, config({ a: '1', b: '2' }, { app: 'x' }), 'one');
    expect(ownersOf(live)).toEqual({ one: ['.data.a', '.data.b', '.metadata.labels.app'] });
  });

  it('removes what its manager drops, and keeps what others hold', () => {
    let live = apply(undefined, config({ a: '1', b: '2' }), 'one');
    live = apply(live, config({ b: '2', c: '3' }), 'two');
    live = apply(live, config({ a: '1' }), 'one');
    expect(live.data).toEqual({ a: '1', b: '2', c: '3' });
    live = apply(live, config({}), 'two');
    expect(live.data).toEqual({ a: '1' });
  });

  it('refuses to change a field of somebody else, naming it, unless forced', () => {
    let live = apply(undefined, config({ a: '1' }), 'one');
    expect(() => apply(live, config({ a: '2' }), 'two')).toThrow('.data.a');
    expect(ownersOf(apply(live, config({ a: '1' }), 'two'))).toEqual({ one: ['.data.a'], two: ['.data.a'] });
    live = apply(live, config({ a: '2' }), 'two', true);
    expect(ownersOf(live)).toEqual({ two: ['.data.a'] });
  });

  it('merges lists by their keys, and replaces the others', () => {
    const first = [{ name: 'app', image: 'a:1', args: ['x'], ports: [{ containerPort: 80 }] }];
    let live = apply(undefined, deployment(first), 'one');
    live = apply(live, deployment([{ name: 'side', image: 's:1' }]), 'two');
    const next = [
      { name: 'app', image: 'a:2', args: ['y', 'z'], ports: [{ containerPort: 80, protocol: 'TCP' }] },
    ];
    live = apply(live, deployment(next), 'one');
    expect(live.spec).toEqual({
      template: { spec: { containers: [next[0], { name: 'side', image: 's:1' }] } },
    });
    live = apply(live, deployment([]), 'two');
    expect(live.spec).toEqual({ template: { spec: { containers: next } } });
  });

  it('refuses a list that says an item twice', () => {
    const twice = deployment([
      { name: 'app', image: 'a' },
      { name: 'app', image: 'b' },
    ]);
    expect(() => apply(undefined, twice, 'one')).toThrow(DuplicateItemError);
  });

  it('gives a field that was updated by hand to the hand, and takes it back by force', () => {
    let live = apply(undefined, deployment([{ name: 'app', image: 'a:1' }], { replicas: 3 }), 'one');
    live = update(live, { ...live, spec: { ...(live.spec as object), replicas: 5 } }, 'kubectl');
    expect(ownersOf(live).kubectl).toEqual(['.spec.replicas']);
    expect(ownersOf(live).one).not.toContain('.spec.replicas');
    live = apply(live, deployment([{ name: 'app', image: 'a:1' }], { replicas: 3 }), 'one', true);
    expect(ownersOf(live)).not.toHaveProperty('kubectl');
    expect(live.spec).toMatchObject({ replicas: 3 });
  });

  it('forgets the owners of a field that is removed by hand', () => {
    const live = apply(undefined, config({ a: '1', b: '2' }), 'one');
    expect(ownersOf(update(live, config({ b: '2' }), 'kubectl', PLAIN))).toEqual({ one: ['.data.b'] });
  });
});

const data = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2'));
const image = fc.constantFrom('i:1', 'i:2');
const containers = fc
  .uniqueArray(fc.record({ name: fc.constantFrom('x', 'y', 'z'), image }), { selector: ({ name }) => name })
  .map((list) => deployment(list));

describe('server-side apply, whatever the configurations', () => {
  it('is idempotent: the second time changes neither object nor owners', () => {
    fc.assert(
      fc.property(containers, containers, (a, b) => {
        const live = apply(apply(undefined, a, 'one'), b, 'two', true);
        expect(equal(apply(live, b, 'two'), live)).toBe(true);
      }),
    );
  });

  it('by one manager alone leaves exactly its last configuration', () => {
    fc.assert(
      fc.property(fc.array(data, { minLength: 1, maxLength: 5 }), (history) => {
        let live: KubeObject | undefined;
        for (const each of history) live = apply(live, config(each), 'one', false, PLAIN);
        expect(live?.data ?? {}).toEqual(history.at(-1));
      }),
    );
  });

  it('by force always ends with the values of the last configuration, and no field has a stale owner', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ manager: fc.constantFrom('one', 'two', 'three'), data }), { maxLength: 8 }),
        (history) => {
          let live: KubeObject | undefined;
          const last = new Map<string, Record<string, string>>();
          for (const step of history) {
            live = apply(live, config(step.data), step.manager, true, PLAIN);
            last.set(step.manager, step.data);
            expect(live.data).toMatchObject(step.data);
          }
          const present = Object.keys(live?.data ?? {}).sort();
          const owned = new Set(Object.values(live ? ownersOf(live) : {}).flat());
          // A manager that says nothing owns the empty map itself.
          owned.delete('.data');
          expect([...owned].sort()).toEqual(present.map((key) => `.data.${key}`));
        },
      ),
    );
  });

  it('never conflicts with itself, and conflicts only over fields that differ', () => {
    fc.assert(
      fc.property(data, data, (a, b) => {
        const live = apply(undefined, config(a), 'one');
        const result = applyFields(live, config(b), PLAIN, writer('two'), false);
        const differing = Object.keys(b).filter((key) => key in a && a[key] !== b[key]);
        expect(result.ok).toBe(differing.length === 0);
        if (!result.ok) {
          const fields = result.conflicts.flatMap((conflict) => pathsOf(conflict.fields));
          expect(fields.sort()).toEqual(differing.map((key) => `.data.${key}`).sort());
          expect(result.conflicts.every(({ fields: set }) => !isEmpty(set))).toBe(true);
        }
      }),
    );
  });
});
