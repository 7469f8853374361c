import { limitsOf } from './settings';
import type { Measurement, Verification } from './types';

export type TallyPhase = 'Running' | 'Successful' | 'Failed' | 'Inconclusive' | 'Error';

export interface Tally {
  readonly phase: TallyPhase;
  readonly message: string;
}

/**
 * Where a verification stands after its measurements, in the order that they were taken. The first limit that is
 * exceeded decides, and what follows is not looked at: once it is not Running, no further measurement changes it.
 * Errors do not count towards `count` but end it when there are too many in a row, so that a verification ends
 * after at most `count × (errorLimit + 1)` measurements.
 */
export const tally = (
  verification: Verification,
  measurements: readonly Pick<Measurement, 'outcome' | 'message'>[],
): Tally => {
  const { count, failureLimit, inconclusiveLimit, errorLimit } = limitsOf(verification);
  let [successful, failed, inconclusive, errors] = [0, 0, 0, 0];
  const because = (what: string, limit: number, message?: string): string =>
    `${what}, ${limit} tolerated${message ? `: ${message}` : ''}`;
  for (const { outcome, message } of measurements) {
    errors = outcome === 'Error' ? errors + 1 : 0;
    if (outcome === 'Failed') failed += 1;
    if (outcome === 'Inconclusive') inconclusive += 1;
    if (outcome === 'Successful') successful += 1;
    if (failed > failureLimit) {
      return { phase: 'Failed', message: because(`${failed} failed`, failureLimit, message) };
    }
    if (inconclusive > inconclusiveLimit) {
      const what = `${inconclusive} inconclusive`;
      return { phase: 'Inconclusive', message: because(what, inconclusiveLimit, message) };
    }
    if (errors > errorLimit) {
      return { phase: 'Error', message: because(`${errors} errors in a row`, errorLimit, message) };
    }
    if (successful + failed + inconclusive >= count) {
      return { phase: 'Successful', message: `${successful} of ${count} measurements successful` };
    }
  }
  const taken = successful + failed + inconclusive;
  return {
    phase: 'Running',
    message: `${taken} of ${count} measurements taken${errors > 0 ? `; ${errors} errors in a row` : ''}`,
  };
};
