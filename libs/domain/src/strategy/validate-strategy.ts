import { durationMs, isDuration } from '../kernel/duration';
import type { FieldError } from '../kernel/decider';
import { isShare, resolveShare } from '../kernel/share';
import { validateSelector } from '../placement';
import type { Strategy } from './strategy';

/** What the schema of a strategy cannot say. Paths are JSON Pointers below `base`. */
export const validateStrategy = (strategy: Strategy, base = '/strategy'): FieldError[] => {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  if (strategy.stages.length === 0)
    errors.push({ path: `${base}/stages`, message: 'at least one stage is needed' });
  const open = strategy.stages.filter((stage) => !stage.clusterSelector);
  strategy.stages.forEach((stage, index) => {
    const path = `${base}/stages/${index}`;
    if (names.has(stage.name))
      errors.push({ path: `${path}/name`, message: `two stages are named "${stage.name}"` });
    names.add(stage.name);
    if (stage.clusterSelector)
      errors.push(...validateSelector(stage.clusterSelector, `${path}/clusterSelector`));
    else if (stage !== open[0]) {
      errors.push({
        path: `${path}/clusterSelector`,
        message: 'only one stage may do without a selector; this one would be empty',
      });
    }
    for (const field of ['maxConcurrency', 'maxFailures'] as const) {
      if (!isShare(stage[field])) {
        errors.push({
          path: `${path}/${field}`,
          message: 'must be a whole number of clusters or a percentage such as "50%"',
        });
      }
    }
    if (isShare(stage.maxConcurrency) && resolveShare(stage.maxConcurrency, 100) === 0) {
      errors.push({ path: `${path}/maxConcurrency`, message: 'must let at least one cluster move' });
    }
  });
  for (const field of ['minSuccessTime', 'progressDeadline'] as const) {
    if (!isDuration(strategy[field]))
      errors.push({ path: `${base}/${field}`, message: 'must be a duration such as 30s, 10m or 1h30m' });
  }
  if (isDuration(strategy.progressDeadline) && durationMs(strategy.progressDeadline) === 0) {
    errors.push({ path: `${base}/progressDeadline`, message: 'must be longer than 0s' });
  }
  return errors;
};
