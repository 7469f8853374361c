import type { VerificationProvider } from './types';

/**
 * What a condition may name, by provider. Numbers out of JSON and out of Prometheus are CEL doubles: comparisons take
 * whole numbers as they are (`result < 1`), arithmetic wants a decimal point (`result + 1.0`).
 *
 * prometheus: `result` is the number when the query answers with a scalar or one sample, else the list of numbers (empty
 *   when there is no sample); `samples` is always the list of `{value, labels}`, which suits queries that may answer
 *   with any number of samples: `samples.all(s, s.value < 0.01)`.
 * http: `result` is the JSON at `jsonPointer`; `status` the HTTP status, an int.
 * job: `result` is `{succeeded, failed}`, the pods that did.
 * Everywhere: `isNaN(x)` and `isInf(x)`, and the standard functions and macros of CEL.
 */
export const CONDITION_NAMES = {
  prometheus: ['result', 'samples'],
  http: ['result', 'status'],
  job: ['result'],
} as const satisfies Record<ProviderKind, readonly string[]>;

export type ProviderKind = 'prometheus' | 'http' | 'job';

export const providerKind = (provider: VerificationProvider): ProviderKind =>
  'prometheus' in provider ? 'prometheus' : 'http' in provider ? 'http' : 'job';
