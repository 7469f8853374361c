import fc from 'fast-check';
import type { KubeObject } from '@keelson/domain';
import { Backoff } from './backoff';
import { LineSplitter } from './line-splitter';
import { ObjectCache } from './object-cache';
import { compareVersions, isOlder } from './resource-version';

const object = (name: string, resourceVersion: string, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'n', uid: `uid-${name}`, resourceVersion, ...metadata },
});
const brief = (changes: readonly { type: string; object: KubeObject }[]) =>
  changes.map(({ type, object: { metadata } }) => `${type} ${metadata.name}@${metadata.resourceVersion}`);

describe('resourceVersions', () => {
  it.each([
    ['9', '10', -1],
    ['10', '9', 1],
    ['7', '7', 0],
    ['99999999999999999998', '99999999999999999999', -1],
    ['abc', '10', undefined],
    ['010', '9', undefined],
    [undefined, '9', undefined],
  ])('%s against %s', (a, b, sign) => {
    const order = compareVersions(a, b);
    expect(order === undefined ? undefined : Math.sign(order)).toBe(sign);
  });

  it.each([
    ['a lower generation of the same object', { uid: 'u', generation: 1 }, { uid: 'u', generation: 2 }, true],
    ['the same generation', { uid: 'u', generation: 2 }, { uid: 'u', generation: 2 }, false],
    ['a successor of the same name', { uid: 'v', generation: 1 }, { uid: 'u', generation: 2 }, false],
  ])('that are opaque: %s', (_name, candidate, known, older) => {
    expect(isOlder(object('a', 'x', candidate), object('a', 'y', known))).toBe(older);
  });
});

describe('ObjectCache', () => {
  let now = 0;
  let cache: ObjectCache;
  beforeEach(() => {
    now = 0;
    cache = new ObjectCache(() => now);
  });

  it('tells the differences of a list', () => {
    expect(brief(cache.replace([object('a', '1'), object('b', '2')], '3'))).toEqual([
      'ADDED a@1',
      'ADDED b@2',
    ]);
    expect(brief(cache.replace([object('b', '5'), object('c', '4')], '6'))).toEqual([
      'MODIFIED b@5',
      'ADDED c@4',
      'DELETED a@1',
    ]);
    expect(cache.replace([object('b', '5'), object('c', '4')], '7')).toEqual([]);
  });

  it('does not believe what is older than our own write, and does not tell its echo again', () => {
    cache.replace([object('a', '10')], '10');
    expect(cache.store(object('a', '15'))).toMatchObject({ type: 'MODIFIED' });
    expect(cache.put(object('a', '12'))).toBeUndefined();
    expect(cache.remove(object('a', '13'))).toBeUndefined();
    expect(cache.get('n/a')?.metadata.resourceVersion).toBe('15');
    expect(cache.put(object('a', '15'))).toBeUndefined();
    expect(cache.put(object('a', '16'))).toMatchObject({ type: 'MODIFIED' });
    expect(cache.remove(object('a', '17'))).toMatchObject({ type: 'DELETED' });
    expect(cache.remove(object('a', '17'))).toBeUndefined();
  });

  it('keeps our own write through a list that was taken before it', () => {
    cache.store(object('new', '20'));
    expect(cache.replace([object('a', '10')], '19').map(({ type }) => type)).toEqual(['ADDED']);
    expect(cache.get('n/new')).toBeDefined();
    expect(brief(cache.replace([object('a', '10')], '21'))).toEqual(['DELETED new@20']);
  });

  it('does not store an answer that is older than what the watch showed', () => {
    cache.put(object('a', '30'));
    expect(cache.store(object('a', '29'))).toBeUndefined();
    expect(cache.store(object('a', '30'))).toBeUndefined();
  });

  it('follows a restored etcd, whose versions go backwards', () => {
    cache.replace([object('a', '1000'), object('b', '1000')], '1000');
    cache.store(object('b', '1001'));
    now = 61_000;
    expect(brief(cache.replace([object('a', '500')], '500'))).toEqual(['MODIFIED a@500', 'DELETED b@1001']);
    expect(cache.put(object('a', '501'))).toMatchObject({ type: 'MODIFIED' });
  });
});

describe('LineSplitter', () => {
  it('puts lines together again, wherever they were cut', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: 'binary', minLength: 1 }).map((text) => JSON.stringify(text)),
          { maxLength: 5 },
        ),
        fc.array(fc.nat(), { maxLength: 10 }),
        (lines, cuts) => {
          const bytes = Buffer.from(`${lines.join('\n')}\n`, 'utf8');
          const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
          const splitter = new LineSplitter();
          const found = at
            .slice(1)
            .flatMap((end, index) => [...splitter.push(bytes.subarray(at[index], end))]);
          expect(found).toEqual(lines);
        },
      ),
    );
  });

  it('never gives what follows the last newline, and skips empty lines', () => {
    expect([...new LineSplitter().push(Buffer.from('a\n\n\r\nb'))]).toEqual(['a']);
  });

  it('refuses a line without end', () => {
    const splitter = new LineSplitter();
    const piece = Buffer.alloc(9 * 1024 * 1024, 'x');
    expect([...splitter.push(piece)]).toEqual([]);
    expect(() => [...splitter.push(piece)]).toThrow(/longer than/);
  });
});

describe('Backoff', () => {
  it('doubles up to its cap, spread over the upper half', () => {
    const low = new Backoff({ minMs: 100, maxMs: 1000 }, () => 0);
    expect([1, 2, 3, 4, 5, 6].map(() => low.next())).toEqual([50, 100, 200, 400, 500, 500]);
    const high = new Backoff({ minMs: 100, maxMs: 1000 }, () => 1);
    expect([1, 2, 3, 4, 5].map(() => high.next())).toEqual([100, 200, 400, 800, 1000]);
    high.reset();
    expect(high.next()).toBe(100);
    expect(high.next(5000)).toBe(5000);
  });
});
