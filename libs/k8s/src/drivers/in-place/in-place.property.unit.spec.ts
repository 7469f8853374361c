import { resolveShare, type KubeObject, type Share } from '@keelson/domain';
import fc from 'fast-check';
import { marked } from '../marks';
import { isUnderWay } from './marks';
import { Drill, KINDS, plan, type Kind } from './testing/drill.spec';
import { MISSING } from './testing/kubelet.spec';

const picks = fc.array(fc.nat(9999), { minLength: 20, maxLength: 120 });
const pods = fc.integer({ min: 1, max: 8 });
const limit = fc.integer({ min: 1, max: 3 });
const share: fc.Arbitrary<Share> = fc.constantFrom<Share>('10%', '30%', '50%', '90%', 1, 3, '100%');

/** As a cluster has it to which nothing else was ever applied. */
const expectPlan = (drill: Drill, planned: KubeObject): void => {
  const fresh = new Drill(drill.kind, planned).live;
  expect(drill.live).toMatchObject({ spec: fresh?.['spec'] });
  expect(drill.live?.metadata.annotations).toEqual(marked(planned).metadata.annotations);
};

describe.each(KINDS)('a %s that is upgraded in place, whatever the order of things', (kind: Kind) => {
  const started = (count: number, maxUnavailable: number) => {
    const of = (image: string, size = count) => plan({ kind, pods: size, maxUnavailable, image });
    const drill = new Drill(kind, of('log:1'));
    const uids = drill.uids;
    expect(drill.withImage('log:1')).toBe(count);
    /** No pod is another one, no other container restarts, and no more are unavailable than the user allows. */
    const untouched = () => {
      expect(drill.uids).toEqual(uids);
      expect(drill.pods.every((pod) => drill.kubelet.restarts(pod, 'main') === 0)).toBe(true);
      expect(drill.unavailable).toBeLessThanOrEqual(maxUnavailable);
    };
    drill.check = untouched;
    return { drill, of, untouched };
  };

  it('goes as far as each batch says, and ends as the plan', () => {
    fc.assert(
      fc.property(pods, limit, fc.array(share, { maxLength: 3 }), picks, (count, max, shares, order) => {
        const { drill, of, untouched } = started(count, max);
        const next = of('log:2');
        let allowed = 0;
        for (const to of [...shares, '100%']) {
          allowed = Math.max(allowed, resolveShare(to, count));
          drill.check = () => {
            untouched();
            expect(drill.withImage('log:2')).toBeLessThanOrEqual(allowed);
          };
          drill.happen(order, next, to);
          expect(drill.settle(next, to).progress).toMatchObject({ reached: true, desired: count });
          expect(drill.withImage('log:2')).toBe(allowed);
        }
        for (let round = 0; round < 5; round += 1) drill.round();
        expectPlan(drill, next);
      }),
      { numRuns: 25 },
    );
  });

  it('goes back in place from wherever it is', () => {
    fc.assert(
      fc.property(pods, limit, share, picks, picks, (count, max, to, order, after) => {
        const { drill, of } = started(count, max);
        drill.happen(order, of('log:2'), to);
        drill.happen(after, of('log:1'), '100%');
        expect(drill.settle(of('log:1'), '100%').progress.reached).toBe(true);
        for (let round = 0; round < 5; round += 1) drill.round();
        expect(drill.withImage('log:1')).toBe(count);
        expect(drill.pods.every((pod) => pod.metadata.annotations?.['log'] === 'log:1')).toBe(true);
        expectPlan(drill, of('log:1'));
      }),
      { numRuns: 25 },
    );
  });

  it('is superseded in the middle', () => {
    fc.assert(
      fc.property(pods, limit, share, share, picks, (count, max, first, second, order) => {
        const { drill, of } = started(count, max);
        drill.happen(order, of('log:2'), first);
        drill.happen(order, of('log:3'), second);
        expect(drill.settle(of('log:3'), second).progress).toMatchObject({
          reached: true,
          ready: resolveShare(second, count),
        });
        expect(drill.settle(of('log:3'), '100%').progress.reached).toBe(true);
        expect(drill.withImage('log:3')).toBe(count);
        expectPlan(drill, of('log:3'));
      }),
      { numRuns: 20 },
    );
  });

  it('stops at a bad image, and is mended by another or by going back', () => {
    const mends = fc.constantFrom('log:1', 'log:3');
    fc.assert(
      fc.property(pods, limit, share, mends, picks, (count, max, to, mend, order) => {
        const { drill, of } = started(count, max);
        drill.happen(order, of(MISSING), to);
        expect(drill.settle(of(MISSING), to, 25).progress.reached).toBe(false);
        expect(drill.withImage(MISSING)).toBeLessThanOrEqual(Math.min(max, resolveShare(to, count)));
        drill.happen(order, of(mend), '100%');
        expect(drill.settle(of(mend), '100%').progress.reached).toBe(true);
        expect(drill.withImage(mend)).toBe(count);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps the share of a count that changes, and of pods that are lost', () => {
    fc.assert(
      fc.property(pods, pods, share, picks, fc.nat(99), (count, later, to, order, lost) => {
        const { drill, of } = started(count, 1);
        drill.check = () => undefined;
        drill.happen(order, of('log:2'), to);
        const pod = drill.pods[lost % drill.pods.length];
        if (pod) drill.store.remove(pod);
        const next = of('log:2', later);
        drill.happen(order, next, to);
        expect(drill.settle(next, to).progress).toMatchObject({ reached: true, desired: later });
        const [before, now] = [resolveShare(to, count), resolveShare(to, later)];
        expect(drill.withImage('log:2')).toBeGreaterThanOrEqual(now);
        // A DaemonSet's pods on nodes that join are of its template, and that is the new one; a StatefulSet of which
        // every pod is new has the new revision for its current one, and makes what is added from it.
        const isExact = kind === 'Deployment' || (kind === 'StatefulSet' && before < count);
        if (isExact) expect(drill.withImage('log:2')).toBeLessThanOrEqual(Math.max(before, now));
        expect(drill.settle(next, '100%').progress.reached).toBe(true);
        expect(drill.withImage('log:2')).toBe(later);
        expect(isUnderWay(drill.live!)).toBe(false);
        expectPlan(drill, next);
      }),
      { numRuns: 20 },
    );
  });
});
