import { resolveShare } from '../../kernel/share';
import type { RunStage } from '../state';
import { rulesOf } from './rules';
import type { Step } from './step';

/** Clusters that may be begun in a stage now without more than maxConcurrency of it being under way. */
export const freePlaces = (step: Step, stage: string): number => {
  const { clusters } = step.stage(stage);
  const limit = resolveShare(rulesOf(step.run, stage).maxConcurrency, clusters.length);
  return Math.max(0, limit - clusters.filter(({ phase }) => phase === 'Progressing').length);
};

/** Nothing of it is waiting for its turn or under way. */
export const isSettled = ({ clusters }: RunStage): boolean =>
  clusters.every(({ phase }) => phase !== 'Pending' && phase !== 'Progressing');
