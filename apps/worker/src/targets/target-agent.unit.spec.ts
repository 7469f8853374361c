import type { DriftPolicy } from '@keelson/domain';
import type { Desired } from './desired';
import { TargetAgent } from './target-agent';
import type { TargetHost } from './target-host';

const desired = (position: number, drift: DriftPolicy): Desired => ({
  position,
  application: 'shop',
  cluster: 'a',
  generation: 5,
  refused: false,
  appliedGeneration: 5,
  namespace: 'shop',
  policy: { drift, whenToTakeOver: 'Never' },
  inventory: [],
  drift: {},
  flaps: {},
});

describe('what is wanted of a target', () => {
  it('is the newest that was read, also where an older answer comes late and the plan is the same', () => {
    const agent = new TargetAgent({ deps: {}, cluster: 'a' } as unknown as TargetHost, desired(5, 'Correct'));
    expect(agent.want(desired(7, 'Report'))).toBe(true);
    expect(agent.want(desired(6, 'Correct'))).toBe(false);
    // The policy of before was not taken back meanwhile.
    expect(agent.want(desired(7, 'Report'))).toBe(false);
  });
});
