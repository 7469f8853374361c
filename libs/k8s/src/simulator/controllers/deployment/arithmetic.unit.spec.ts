import fc from 'fast-check';
import { type Fence, type Size, fenceOf, newReplicas, scaleDownOld, scaleProportionally } from './arithmetic';

const size = (name: string, replicas: number, available = replicas, age = 0, maxReplicas?: number): Size => ({
  name,
  replicas,
  available,
  age,
  maxReplicas,
});

describe('fences', () => {
  it.each([
    [10, '25%', '25%', 3, 2],
    [1, '25%', '25%', 1, 0],
    [4, 0, '10%', 0, 1],
    [3, 0, 0, 0, 1],
    [2, 5, 7, 5, 2],
    [0, '25%', '25%', 0, 0],
  ])('of %d with surge %s and unavailable %s are +%d -%d', (replicas, surge, unavailable, up, down) => {
    expect(fenceOf(replicas, surge, unavailable)).toEqual({ replicas, maxSurge: up, maxUnavailable: down });
  });
});

/** A rolling update by the arithmetic alone: `ready` says how many new pods become available each time. */
function roll(fence: Fence, ready: () => number) {
  let old = size('old', fence.replicas);
  let current = size('new', 0, 0, 1);
  const seen: { total: number; available: number }[] = [];
  let idle = 0;
  while (idle < 2) {
    const wanted = newReplicas(fence, current.replicas, [old, current]);
    const shrunk = wanted === current.replicas ? scaleDownOld(fence, [old], current) : undefined;
    const left = shrunk?.get('old') ?? old.replicas;
    const gained = Math.min(wanted - current.available, ready());
    idle = wanted === current.replicas && left === old.replicas && gained === 0 ? idle + 1 : 0;
    current = { ...current, replicas: wanted, available: current.available + gained };
    old = { ...old, replicas: left, available: left };
    seen.push({ total: old.replicas + current.replicas, available: old.available + current.available });
  }
  return { old, current, seen };
}

const fences = fc
  .record({ replicas: fc.integer({ min: 1, max: 40 }), surge: fc.nat(12), unavailable: fc.nat(12) })
  .map(({ replicas, surge, unavailable }) => fenceOf(replicas, surge, unavailable));

describe('a rolling update', () => {
  it('stays between its fences at every step and ends with all pods new', () => {
    fc.assert(
      fc.property(fences, fc.infiniteStream(fc.integer({ min: 1, max: 5 })), (fence, stream) => {
        const { old, current, seen } = roll(fence, () => stream.next().value);
        for (const { total, available } of seen) {
          expect(total).toBeLessThanOrEqual(fence.replicas + fence.maxSurge);
          expect(available).toBeGreaterThanOrEqual(fence.replicas - fence.maxUnavailable);
        }
        expect(old.replicas).toBe(0);
        expect(current.replicas).toBe(fence.replicas);
      }),
    );
  });

  it('whose new pods never become available stops at surge + unavailable of them', () => {
    fc.assert(
      fc.property(fences, (fence) => {
        const { old, current } = roll(fence, () => 0);
        expect(old.replicas).toBe(fence.replicas - fence.maxUnavailable);
        expect(current.replicas).toBe(Math.min(fence.replicas, fence.maxSurge + fence.maxUnavailable));
      }),
    );
  });

  // The figures of docs on holding a Deployment, as seen on real API servers with 10 replicas.
  it.each([
    [0, 2, 2, 8],
    [3, 2, 5, 8],
    [0, 5, 5, 5],
  ])('held at surge %d, unavailable %d has %d new and %d old pods', (surge, unavailable, fresh, left) => {
    const { old, current } = roll(fenceOf(10, surge, unavailable), () => 0);
    expect([current.replicas, old.replicas]).toEqual([fresh, left]);
  });

  it('removes pods that are not available first', () => {
    const fence = fenceOf(10, 3, 2);
    const broken = size('broken', 3, 0, 2);
    const good = size('good', 8, 8, 1);
    const targets = scaleDownOld(fence, [broken, good], size('new', 2, 2, 3));
    expect(targets.get('broken')).toBe(0);
    expect(targets.get('good')).toBe(6);
  });
});

describe('scaling in the middle of a rollout', () => {
  it('splits in proportion: 5 and 5 of 10 become 10 and 10 of 20', () => {
    const sizes = [size('old', 5, 5, 0, 10), size('new', 5, 0, 1, 10)];
    const targets = scaleProportionally(fenceOf(20, 0, 5), sizes, 10);
    expect([...targets.values()]).toEqual([10, 10]);
  });

  it('gives leftovers to the largest, and adds up to replicas + surge', () => {
    const sizes = fc.uniqueArray(fc.record({ age: fc.nat(99), replicas: fc.integer({ min: 1, max: 20 }) }), {
      selector: ({ age }) => age,
      minLength: 2,
      maxLength: 4,
    });
    fc.assert(
      fc.property(sizes, fc.nat(60), fc.nat(5), (list, replicas, surge) => {
        const before = list.reduce((sum, each) => sum + each.replicas, 0);
        const active = list.map((each) => size(`rs-${each.age}`, each.replicas, 0, each.age, before));
        const targets = scaleProportionally(fenceOf(replicas, surge, 1), active, before);
        const after = [...targets.values()].reduce((sum, count) => sum + count, 0);
        expect(Math.min(...targets.values())).toBeGreaterThanOrEqual(0);
        expect(after).toBe(replicas === 0 ? 0 : replicas + surge);
      }),
    );
  });
});
