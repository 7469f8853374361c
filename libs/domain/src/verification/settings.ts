import { durationMs } from '../kernel/duration';
import type { Verification } from './types';

const INTERVAL = '30s';
const REQUEST_TIMEOUT = '10s';
const JOB_TIMEOUT = '10m';

/** A verification's numbers with their defaults; milliseconds. */
export interface VerificationSettings {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly count: number;
  readonly failureLimit: number;
  readonly inconclusiveLimit: number;
  readonly errorLimit: number;
}

/** @throws RangeError for a duration that `validateVerification` refuses */
export const verificationSettings = (verification: Verification): VerificationSettings => ({
  intervalMs: durationMs(verification.interval ?? INTERVAL),
  timeoutMs: durationMs(timeoutOf(verification)),
  ...limitsOf(verification),
});

/** Errors are the outside's, not the release's: four in a row are forgiven, as by Argo Rollouts. */
export const limitsOf = (
  verification: Verification,
): Pick<VerificationSettings, 'count' | 'failureLimit' | 'inconclusiveLimit' | 'errorLimit'> => ({
  count: verification.count ?? 1,
  failureLimit: verification.failureLimit ?? 0,
  inconclusiveLimit: verification.inconclusiveLimit ?? 0,
  errorLimit: verification.errorLimit ?? 4,
});

const timeoutOf = ({ provider }: Verification): string => {
  if ('prometheus' in provider) return provider.prometheus.timeout ?? REQUEST_TIMEOUT;
  if ('http' in provider) return provider.http.timeout ?? REQUEST_TIMEOUT;
  return provider.job.timeout ?? JOB_TIMEOUT;
};
