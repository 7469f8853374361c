import type { Labels } from '../cluster';
import { durationMs, isDuration } from '../kernel/duration';
import type { FieldError } from '../kernel/decider';
import { matchesSelector, validateSelector, type LabelSelector } from '../placement';
import { nextStart, scheduleProblem, shortestPeriod, timezoneProblem } from './schedule';

/** A recurring time in which targets may be moved (Allow) or may not (Deny). */
export interface WindowDefinition {
  readonly kind: 'Allow' | 'Deny';
  /** When it starts: cron in five fields, by the clock of `timezone`. */
  readonly schedule: string;
  /** How long it is open each time. Elapsed time: where the clock changes in it, its end on the clock moves. */
  readonly duration: string;
  readonly timezone: string;
  /** By labels of the application; every application when left out. */
  readonly applicationSelector?: LabelSelector;
  /** By labels of the cluster; every cluster when left out. */
  readonly clusterSelector?: LabelSelector;
}

export interface Window extends WindowDefinition {
  readonly window: string;
}

/** A target as far as windows look at it. */
export interface WindowedTarget {
  readonly applicationLabels: Labels;
  readonly clusterLabels: Labels;
}

export const windowSelects = (
  { applicationSelector = {}, clusterSelector = {} }: WindowDefinition,
  { applicationLabels, clusterLabels }: WindowedTarget,
): boolean =>
  matchesSelector(applicationSelector, applicationLabels) && matchesSelector(clusterSelector, clusterLabels);

export interface WindowStanding {
  readonly window: Window;
  readonly open: boolean;
  /** Milliseconds since the epoch at which it closes or opens next; none when it never opens again. */
  readonly changesAt?: number;
}

/**
 * Open exactly when the first start after `now - duration` is not after `now`: one question to the schedule instead
 * of a walk back and a walk forward.
 */
export const windowAt = (window: Window, now: number): WindowStanding => {
  const length = durationMs(window.duration);
  const start = nextStart(window.schedule, window.timezone, now - length);
  if (start === undefined) return { window, open: false };
  return start <= now
    ? { window, open: true, changesAt: start + length }
    : { window, open: false, changesAt: start };
};

/** What the type of a window cannot say. Paths are JSON Pointers below `base`. */
export const validateWindow = (window: WindowDefinition, base = ''): FieldError[] => {
  const { schedule, duration, timezone, applicationSelector, clusterSelector } = window;
  const errors: FieldError[] = [];
  const tell = (path: string, message: string | undefined): void => {
    if (message !== undefined) errors.push({ path: `${base}/${path}`, message });
  };
  const badSchedule = scheduleProblem(schedule);
  tell('schedule', badSchedule);
  tell('timezone', timezoneProblem(timezone));
  tell('duration', durationProblem(duration, badSchedule === undefined ? schedule : undefined));
  if (applicationSelector)
    errors.push(...validateSelector(applicationSelector, `${base}/applicationSelector`));
  if (clusterSelector) errors.push(...validateSelector(clusterSelector, `${base}/clusterSelector`));
  return errors;
};

const durationProblem = (duration: string, schedule: string | undefined): string | undefined => {
  if (!isDuration(duration)) return 'must be a duration such as 8h or 30m';
  const length = durationMs(duration);
  if (length === 0) return 'must be longer than 0s';
  if (schedule === undefined || length <= shortestPeriod(schedule)) return undefined;
  return `is longer than the shortest time between two starts (${shortestPeriod(schedule) / 60_000}m)`;
};
