import { durationMs, isDuration } from '../kernel/duration';
import type { FieldError } from '../kernel/decider';
import { isShare, resolveShare } from '../kernel/share';
import { validateSelector } from '../placement';
import { REMAINDER } from './stage-of';
import type { BlueGreen, Stage, Strategy } from './strategy';
import { validateBatches, validateOnlyPause } from './validate-batches';
import { validateGate } from './validate-gate';

/** What the schema of a strategy cannot say. Paths are JSON Pointers below `base`. */
export const validateStrategy = (strategy: Strategy, base = '/strategy'): FieldError[] => [
  ...(strategy.stages.length === 0
    ? [{ path: `${base}/stages`, message: 'at least one stage is needed' }]
    : []),
  ...strategy.stages.flatMap((stage, index) => [
    ...nameProblems(strategy, index, `${base}/stages/${index}`),
    ...stageProblems(stage, `${base}/stages/${index}`),
  ]),
  ...validateBatches(strategy.batches, `${base}/batches`),
  ...(strategy.blueGreen
    ? blueGreenProblems(strategy, strategy.blueGreen, base)
    : validateOnlyPause(strategy.batches, `${base}/batches`)),
  ...timeProblems(strategy, base),
];

const nameProblems = ({ stages }: Strategy, index: number, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  const { name, clusterSelector } = stages[index]!;
  const before = stages.slice(0, index);
  if (before.some((stage) => stage.name === name)) {
    errors.push({ path: `${path}/name`, message: `two stages are named "${name}"` });
  }
  // A stage of that name would take them too, and would not come last.
  if (name === REMAINDER) {
    errors.push({ path: `${path}/name`, message: `"${REMAINDER}" is for clusters that no stage selects` });
  }
  if (!clusterSelector && before.some((stage) => !stage.clusterSelector)) {
    errors.push({
      path: `${path}/clusterSelector`,
      message: 'only one stage may do without a selector; this one would be empty',
    });
  }
  return errors;
};

const stageProblems = (stage: Stage, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  if (stage.clusterSelector)
    errors.push(...validateSelector(stage.clusterSelector, `${path}/clusterSelector`));
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
  for (const side of ['before', 'after'] as const) {
    errors.push(...stage[side].flatMap((gate, index) => validateGate(gate, `${path}/${side}/${index}`)));
  }
  return errors;
};

const blueGreenProblems = (
  { batches, update }: Strategy,
  { service, previewService, scaleDownDelay }: BlueGreen,
  base: string,
): FieldError[] => {
  const errors: FieldError[] = [];
  if (batches.length > 1) {
    errors.push({
      path: `${base}/batches`,
      message:
        'a blue-green release switches all at once: leave batches out, or give the one of "100%" with its pause, which is the time before the switch',
    });
  }
  if (update !== 'Recreate') {
    errors.push({
      path: `${base}/update`,
      message: 'must be Recreate: the new colour of a blue-green release has pods of its own',
    });
  }
  if (previewService === service) {
    errors.push({
      path: `${base}/blueGreen/previewService`,
      message: 'must be another Service than the one that goes over',
    });
  }
  if (!isDuration(scaleDownDelay)) {
    errors.push({
      path: `${base}/blueGreen/scaleDownDelay`,
      message: 'must be a duration such as 30s, 10m or 1h30m',
    });
  }
  return errors;
};

const timeProblems = (strategy: Strategy, base: string): FieldError[] => {
  const errors: FieldError[] = [];
  for (const field of ['minSuccessTime', 'progressDeadline'] as const) {
    if (!isDuration(strategy[field]))
      errors.push({ path: `${base}/${field}`, message: 'must be a duration such as 30s, 10m or 1h30m' });
  }
  if (isDuration(strategy.progressDeadline) && durationMs(strategy.progressDeadline) === 0) {
    errors.push({ path: `${base}/progressDeadline`, message: 'must be longer than 0s' });
  }
  return errors;
};
