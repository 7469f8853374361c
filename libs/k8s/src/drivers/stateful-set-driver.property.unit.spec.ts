import { resolveShare, type KubeObject, type Share } from '@keelson/domain';
import fc from 'fast-check';
import { BAD, deployment } from './testing/deployment-model.spec';
import { StatefulSetModel } from './testing/stateful-set-model.spec';
import { statefulSetDriver } from './stateful-set-driver';
import type { DriverStep } from './types';

const replicas = fc.integer({ min: 1, max: 8 });
const share = fc.constantFrom<Share>('10%', '50%', '90%', 1, 3);
const seed = fc.nat(0xffff);

const picksOf = (given: number): number[] => {
  let state = given;
  return Array.from({ length: 120 }, () => (state = ((state + 1) * 48_271) % 2_147_483_647));
};

const planOf = (image: string, replicas: number): KubeObject => ({
  ...deployment(image, { replicas, serviceName: 'web' }),
  kind: 'StatefulSet',
});

class Drill {
  readonly model = new StatefulSetModel();
  check: () => void = () => undefined;

  constructor(planned: KubeObject) {
    expect(this.settle(planned, '100%').progress.reached).toBe(true);
  }

  drive(planned: KubeObject, to: Share): DriverStep {
    const view = { live: this.model.live, children: this.model.children() };
    const step = statefulSetDriver.step(planned, { share: to, update: 'Recreate' }, view);
    this.model.apply(step.object);
    for (const { uid } of step.removals ?? []) this.model.remove(uid);
    return step;
  }

  happen(picks: readonly number[], planned: KubeObject, to: Share): void {
    for (const pick of picks) {
      if (pick % 4 === 0) this.drive(planned, to);
      else this.model.step(Math.floor(pick / 4));
      this.check();
    }
  }

  settle(planned: KubeObject, to: Share): DriverStep {
    for (let round = 0; round < 80; round += 1) {
      const step = this.drive(planned, to);
      if (step.progress.reached) return step;
      this.model.round();
      this.check();
    }
    return this.drive(planned, to);
  }
}

describe('a StatefulSet in batches, whatever the order of things', () => {
  it('has no more new pods than the batch allows, one down at a time, and ends as its user has it', () => {
    fc.assert(
      fc.property(replicas, share, share, seed, (count, first, second, order) => {
        const drill = new Drill(planOf('app:1', count));
        const next = planOf('app:2', count);
        const fresh = new Drill(next).model.live!;
        let allowed = 0;
        for (const to of [first, second]) {
          allowed = Math.max(allowed, resolveShare(to, count));
          drill.check = () => {
            expect(drill.model.ready).toBeGreaterThanOrEqual(count - 1);
            expect(drill.model.podsOf('app:2')).toBeLessThanOrEqual(allowed);
          };
          drill.happen(picksOf(order), next, to);
          expect(drill.settle(next, to).progress).toMatchObject({ reached: true, ready: allowed });
        }
        drill.check = () => undefined;
        expect(drill.settle(next, '100%').progress.reached).toBe(true);
        expect(drill.model.live!['spec']).toEqual(fresh['spec']);
        expect(drill.model.live?.metadata.annotations).toEqual(fresh.metadata.annotations);
        expect(drill.model.podsOf('app:2')).toBe(count);
      }),
      { numRuns: 30 },
    );
  });

  it('comes back from a bad image, which blocks its controller, and lets a third template over it', () => {
    fc.assert(
      fc.property(replicas, share, seed, fc.boolean(), (count, to, order, back) => {
        const old = planOf('app:1', count);
        const drill = new Drill(old);
        drill.check = () => expect(drill.model.ready).toBeGreaterThanOrEqual(count - 1);
        drill.happen(picksOf(order), planOf(BAD, count), to);
        expect(drill.settle(planOf(BAD, count), to).progress.reached).toBe(false);
        const next = back ? old : planOf('app:3', count);
        drill.happen(picksOf(order), next, to);
        expect(drill.settle(next, to).progress.reached).toBe(true);
        drill.check = () => undefined;
        expect(drill.settle(next, '100%').progress.reached).toBe(true);
        expect(drill.model.podsOf(back ? 'app:1' : 'app:3')).toBe(count);
      }),
      { numRuns: 30 },
    );
  });

  it('is scaled in the middle, and its new share is reached', () => {
    fc.assert(
      fc.property(replicas, replicas, share, seed, (count, later, to, order) => {
        const drill = new Drill(planOf('app:1', count));
        drill.happen(picksOf(order), planOf('app:2', count), to);
        const next = planOf('app:2', later);
        drill.happen(picksOf(order), next, to);
        const { progress } = drill.settle(next, to);
        expect(progress).toMatchObject({ reached: true, desired: later });
        expect(progress.ready).toBeGreaterThanOrEqual(resolveShare(to, later));
      }),
      { numRuns: 30 },
    );
  });
});
