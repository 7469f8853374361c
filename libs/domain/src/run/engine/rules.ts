import type { Stage } from '../../strategy';
import type { Run } from '../state';

/** Clusters that the strategy names nowhere are served last, all at once, and none of them may fail. */
const UNLISTED: Omit<Stage, 'name'> = { maxConcurrency: '100%', maxFailures: 0, before: [], after: [] };

export const rulesOf = (run: Run, stage: string): Omit<Stage, 'name'> =>
  run.strategy.stages.find(({ name }) => name === stage) ?? UNLISTED;
