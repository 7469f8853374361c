import { targetPhase, type TargetStanding } from './phase';

const standing: TargetStanding = {
  removing: false,
  unreachable: false,
  planned: true,
  generation: 9,
  appliedGeneration: 9,
  failed: false,
  drifted: 0,
  health: { generation: 9, status: 'Current' },
};

describe('the phase of a target', () => {
  it.each<[string, Partial<TargetStanding>, string]>([
    ['all is as planned', {}, 'Available'],
    ['it is being removed, wherever it is', { removing: true, unreachable: true }, 'Deleting'],
    ['its cluster is away', { unreachable: true, drifted: 1 }, 'Unreachable'],
    ['no release has reached it', { planned: false, generation: 0, appliedGeneration: 0 }, 'Pending'],
    ['its first plan is on the way', { appliedGeneration: 0 }, 'Pending'],
    ['a newer plan is on the way', { appliedGeneration: 5 }, 'Progressing'],
    ['a plan was refused', { appliedGeneration: 5, failed: true }, 'Degraded'],
    ['somebody changed an object', { drifted: 1 }, 'Drifted'],
    ['health was judged for an older plan', { health: { generation: 5, status: 'Current' } }, 'Progressing'],
    ['a workload is on its way', { health: { generation: 9, status: 'InProgress' } }, 'Progressing'],
    ['a workload failed', { health: { generation: 9, status: 'Failed' } }, 'Degraded'],
  ])('when %s', (_, change, phase) => expect(targetPhase({ ...standing, ...change })).toBe(phase));
});
