import { resolveShare, type KubeObject, type Share } from '@keelson/domain';
import fc from 'fast-check';
import { isHeld } from '../marks';
import { BAD, deployment, DeploymentModel } from '../testing/deployment-model.spec';
import type { DriverStep, WorkloadView } from '../types';
import { deploymentDriver } from './deployment-driver';
import { userLimits } from './user-strategy';

const strategy = fc.constantFrom(
  undefined,
  { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%' } },
  { type: 'RollingUpdate', rollingUpdate: { maxSurge: '100%', maxUnavailable: '100%' } },
);
/** One number and not a list of them, because a list of hundreds takes minutes to shrink. */
const picks = fc.nat(0xffff).map((seed) => {
  let state = seed;
  return Array.from({ length: 160 }, () => {
    // Park and Miller's generator, mod the prime 2^31 - 1.
    state = ((state + 1) * 48_271) % 2_147_483_647;
    return state;
  });
});
const replicas = fc.integer({ min: 1, max: 12 });
const share: fc.Arbitrary<Share> = fc.constantFrom<Share>('10%', '30%', '50%', '90%', 1, 3);

const specOf = (given: { replicas?: number; strategy?: object | undefined }): Record<string, unknown> => ({
  ...(given.replicas === undefined ? {} : { replicas: given.replicas }),
  ...(given.strategy === undefined ? {} : { strategy: given.strategy }),
});

/** A cluster and whoever drives it; he sees ReplicaSets late. */
class Drill {
  readonly model = new DeploymentModel();
  private seen: KubeObject[] = [];
  last: DriverStep | undefined;
  /** Called after everything that happens. */
  check: () => void = () => undefined;

  /** Installs and waits. */
  constructor(planned: KubeObject) {
    for (let round = 0; round < 40; round += 1) {
      this.drive(planned, '100%');
      this.model.round();
    }
    expect(this.drive(planned, '100%').progress).toMatchObject({ reached: true });
    this.look();
  }

  look(): void {
    this.seen = this.model.children();
  }

  drive(planned: KubeObject, to: Share): DriverStep {
    const view: WorkloadView = { live: this.model.live, children: this.seen };
    const target = { share: to, update: 'Recreate' } as const;
    const step = deploymentDriver.step(planned, target, view);
    // Where it says so, nothing but the explanation follows from the children.
    if (view.live && deploymentDriver.decidesAlone?.(planned, target, view.live)) {
      const blind = deploymentDriver.step(planned, target, { live: view.live, children: [] });
      expect({ ...blind, progress: { ...blind.progress, message: '' } }).toEqual({
        ...step,
        progress: { ...step.progress, message: '' },
      });
    }
    if (step.object !== this.model.live) this.model.apply(step.object);
    this.last = step;
    return step;
  }

  /** Anything may happen in any order: a controller looks, a pod becomes ready, we look, we drive. */
  happen(picks: readonly number[], planned: KubeObject, to: Share): void {
    for (const pick of picks) {
      if (pick % 5 === 0) this.look();
      else if (pick % 5 === 1) this.drive(planned, to);
      else this.model.step(Math.floor(pick / 5));
      this.check();
    }
  }

  /** Everything has its turn until the batch is reached. */
  settle(planned: KubeObject, to: Share, rounds = 60): DriverStep {
    for (let round = 0; round < rounds; round += 1) {
      this.look();
      const step = this.drive(planned, to);
      if (step.progress.reached) return step;
      this.check();
      this.model.round();
      this.check();
    }
    this.look();
    return this.drive(planned, to);
  }
}

const whole = { share: '100%' as const };

describe('a held Deployment, whatever the order of things', () => {
  it('has no more new pods than the batch allows, never fewer ready ones than before, and arrives', () => {
    fc.assert(
      fc.property(
        replicas,
        strategy,
        fc.array(share, { minLength: 1, maxLength: 2 }),
        picks,
        (count, by, shares, order) => {
          const spec = specOf({ replicas: count, strategy: by });
          const drill = new Drill(deployment('app:1', spec));
          const next = deployment('app:2', spec);
          const { maxSurge } = userLimits(next, count);
          let allowed = 0;
          for (const to of shares.filter((each) => resolveShare(each, count) < count)) {
            allowed = Math.max(allowed, resolveShare(to, count));
            drill.check = () => {
              expect(drill.model.podsOf('app:2')).toBeLessThanOrEqual(allowed);
              expect(drill.model.ready).toBeGreaterThanOrEqual(count);
              expect(drill.model.wanted).toBeLessThanOrEqual(count + maxSurge);
            };
            drill.happen(order, next, to);
            const { progress } = drill.settle(next, to);
            expect(progress).toMatchObject({ reached: true, desired: count });
            expect(progress.ready).toBe(allowed);
            expect(drill.model.podsOf('app:1')).toBe(count - allowed);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('gives back the fields of the user when it ends', () => {
    fc.assert(
      fc.property(replicas, strategy, share, picks, (count, by, to, order) => {
        const spec = specOf({ replicas: count, strategy: by });
        const fresh = new Drill(deployment('app:2', spec)).model.live!;
        const drill = new Drill(deployment('app:1', spec));
        const next = deployment('app:2', spec);
        drill.happen(order, next, to);
        drill.settle(next, to);
        drill.happen(order, next, whole.share);
        expect(drill.settle(next, whole.share).progress.reached).toBe(true);
        expect(drill.model.live).toMatchObject({ spec: fresh['spec'] });
        expect(isHeld(drill.model.live!)).toBe(false);
        expect(drill.model.podsOf('app:2')).toBe(count);
      }),
      { numRuns: 20 },
    );
  });

  it('loses no capacity to a bad image, nor on the way back from it', () => {
    fc.assert(
      fc.property(replicas, strategy, share, picks, (count, by, to, order) => {
        const spec = specOf({ replicas: count, strategy: by });
        const old = deployment('app:1', spec);
        const drill = new Drill(old);
        const { spec: before } = drill.model.live!;
        const bad = deployment(BAD, spec);
        if (resolveShare(to, count) >= count) return;
        drill.check = () => expect(drill.model.readyOf('app:1')).toBe(count);
        drill.happen(order, bad, to);
        expect(drill.settle(bad, to).progress.reached).toBe(false);
        drill.happen(order, old, to);
        expect(drill.settle(old, to).progress.reached).toBe(true);
        expect(drill.model.live).toMatchObject({ spec: before });
        expect(drill.model.podsOf(BAD)).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps its capacity on the way back from a good batch', () => {
    fc.assert(
      fc.property(replicas, strategy, share, picks, (count, by, to, order) => {
        const spec = specOf({ replicas: count, strategy: by });
        const old = deployment('app:1', spec);
        const drill = new Drill(old);
        if (resolveShare(to, count) >= count) return;
        drill.check = () => expect(drill.model.ready).toBeGreaterThanOrEqual(count);
        const next = deployment('app:2', spec);
        drill.happen(order, next, to);
        drill.settle(next, to);
        drill.happen(order, old, to);
        expect(drill.settle(old, to).progress.reached).toBe(true);
        expect(drill.model.podsOf('app:1')).toBe(count);
      }),
      { numRuns: 20 },
    );
  });

  it('is superseded in the middle without losing capacity', () => {
    fc.assert(
      fc.property(replicas, strategy, share, share, picks, (count, by, first, second, order) => {
        const spec = specOf({ replicas: count, strategy: by });
        const drill = new Drill(deployment('app:1', spec));
        drill.check = () => expect(drill.model.ready).toBeGreaterThanOrEqual(count);
        if ([first, second].some((each) => resolveShare(each, count) >= count)) return;
        drill.happen(order, deployment('app:2', spec), first);
        const next = deployment('app:3', spec);
        const allowed = resolveShare(second, count);
        drill.check = () => {
          expect(drill.model.ready).toBeGreaterThanOrEqual(count);
          expect(drill.model.podsOf('app:3')).toBeLessThanOrEqual(allowed);
        };
        drill.happen(order, next, second);
        expect(drill.settle(next, second).progress).toMatchObject({ reached: true, ready: allowed });
        drill.check = () => undefined;
        expect(drill.settle(next, whole.share).progress.reached).toBe(true);
        expect(drill.model.wanted).toBe(count);
      }),
      { numRuns: 20 },
    );
  });

  it.each([['by its plan'], ['by an autoscaler']])('is scaled %s in the middle', (how) => {
    fc.assert(
      fc.property(replicas, replicas, strategy, share, picks, (count, later, by, to, order) => {
        const byPlan = how === 'by its plan';
        const planOf = (image: string, wanted: number) =>
          deployment(image, specOf({ ...(byPlan ? { replicas: wanted } : {}), strategy: by }));
        const drill = new Drill(deployment('app:1', specOf({ replicas: count, strategy: by })));
        if ([count, later].some((each) => resolveShare(to, each) >= each)) return;
        // The controller scales in proportion to sizes that it noted earlier, and may take a new pod for an old one.
        const least = Math.min(count, later) - resolveShare(to, Math.max(count, later));
        drill.check = () => expect(drill.model.ready).toBeGreaterThanOrEqual(least);
        drill.happen(order.slice(0, 80), planOf('app:2', count), to);
        if (!byPlan) drill.model.scale(later);
        drill.happen(order.slice(80), planOf('app:2', later), to);
        const { progress } = drill.settle(planOf('app:2', later), to);
        expect(progress).toMatchObject({ reached: true, desired: later });
        drill.check = () => undefined;
        expect(drill.settle(planOf('app:2', later), whole.share).progress.reached).toBe(true);
        expect(drill.model.podsOf('app:2')).toBe(later);
      }),
      { numRuns: 20 },
    );
  });

  it('goes by the unavailability that its user allows where there is no surge', () => {
    const limits = fc.constantFrom<unknown>(0, 1, 2, '50%');
    fc.assert(
      fc.property(replicas, limits, share, picks, (count, maxUnavailable, to, order) => {
        const spec = specOf({
          replicas: count,
          strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable } },
        });
        const drill = new Drill(deployment('app:1', spec));
        const next = deployment('app:2', spec);
        const allowed = resolveShare(to, count);
        if (allowed >= count) return;
        const least = count - userLimits(next, count).maxUnavailable;
        drill.check = () => {
          expect(drill.model.ready).toBeGreaterThanOrEqual(least);
          expect(drill.model.wanted).toBeLessThanOrEqual(count);
          expect(drill.model.podsOf('app:2')).toBeLessThanOrEqual(allowed);
        };
        drill.happen(order, next, to);
        expect(drill.settle(next, to).progress).toMatchObject({ reached: true, ready: allowed });
      }),
      { numRuns: 20 },
    );
  });
});
