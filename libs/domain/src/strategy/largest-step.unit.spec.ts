import type { Share } from '../kernel';
import { largestStep } from './largest-step';

const step = (sizes: readonly Share[], replicas?: number): number | undefined =>
  largestStep(
    sizes.map((size) => ({ size })),
    replicas,
  );
const tenths = Array.from({ length: 10 }, (_, index) => `${(index + 1) * 10}%`);

describe('the largest step of batches', () => {
  it.each<[string, readonly Share[], number | undefined, number | undefined]>([
    ['ten batches', tenths, 20, 10],
    ['ten batches, whatever the replicas', tenths, undefined, 10],
    ['steps that grow', ['10%', '50%', '100%'], 20, 50],
    ['steps that shrink', ['60%', '90%', '100%'], 20, 60],
    ['a canary before the rest', ['10%', '100%'], 20, 90],
    ['counts, of the replicas', [2, 5, '100%'], 10, 50],
    ['counts beyond the replicas', [5, 50, '100%'], 10, 50],
    ['a count that is more than the share after it', [5, '10%', '100%'], 10, 50],
    ['a share of a pod, rounded down', [1, 2, '100%'], 3, 33],
    ['a share below one percent', ['1%', ...Array.from({ length: 99 }, (_, at) => `${at + 2}%`)], 500, 1],
    ['counts where an autoscaler owns the replicas', [1, '50%', '100%'], undefined, 50],
    ['counts of nothing', [1, '50%', '100%'], 0, 50],
    ['one batch', ['100%'], 20, undefined],
    ['one batch that can be told', [3, '100%'], undefined, undefined],
  ])('%s: %j of %s is %s', (_, sizes, replicas, expected) => {
    expect(step(sizes, replicas)).toBe(expected);
  });
});
